// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/blas.hpp>
#include <graft/backend/reference/reference.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/host_device.hpp"
#include <doctest/doctest.h>

// Tests that are typed over backends run on these: a new backend joins all of them here, but for GPUs'
// (tests/cuda). Models and training do not run on the oracle. Where another compiler tests once more, the
// oracle is left out, and of backends whose memory is the host's, one is enough for models and training.
#ifdef GRAFT_TEST_FEWER_BACKENDS
#define GRAFT_MODEL_BACKENDS graft::Simd, graft::test::Emulated
#define GRAFT_TESTED_BACKENDS graft::Blas, GRAFT_MODEL_BACKENDS
#endif
#ifndef GRAFT_MODEL_BACKENDS
#define GRAFT_MODEL_BACKENDS graft::Blas, graft::Simd, graft::test::Emulated
#endif
#ifndef GRAFT_TESTED_BACKENDS
#define GRAFT_TESTED_BACKENDS graft::Reference, GRAFT_MODEL_BACKENDS
#endif

TYPE_TO_STRING(graft::Reference);
TYPE_TO_STRING(graft::Blas);
TYPE_TO_STRING(graft::Simd);
TYPE_TO_STRING(graft::test::Emulated);
