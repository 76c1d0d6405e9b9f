// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/blas.hpp>
#include <graft/backend/reference/reference.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/host_device.hpp"
#include <doctest/doctest.h>

// Every test that is typed over backends runs on these: a new backend joins all of them here, but for GPUs'
// (tests/cuda).
#ifndef GRAFT_TESTED_BACKENDS
#define GRAFT_TESTED_BACKENDS graft::Reference, graft::Blas, graft::Simd, graft::test::Emulated
#endif

TYPE_TO_STRING(graft::Reference);
TYPE_TO_STRING(graft::Blas);
TYPE_TO_STRING(graft::Simd);
TYPE_TO_STRING(graft::test::Emulated);
