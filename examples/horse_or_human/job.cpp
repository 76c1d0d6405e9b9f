// SPDX-License-Identifier: MIT
#include "job.hpp"

template void run<graft::Simd>(const Options& options);
