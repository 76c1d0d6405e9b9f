// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/blas.hpp>
#include <graft/backend/reference/reference.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/host_device.hpp"
#include <doctest/doctest.h>

// Tests of models and of training that are typed over backends run on these: a new backend joins all of them
// here, but for GPUs' (tests/cuda).
#ifndef GRAFT_MODEL_BACKENDS
#define GRAFT_MODEL_BACKENDS graft::Blas, graft::Simd, graft::test::Emulated
#endif

// Tests of layers and primitives run on the oracle too, if not again with another compiler.
#ifndef GRAFT_TESTED_BACKENDS
#ifdef GRAFT_TEST_WITHOUT_ORACLE
#define GRAFT_TESTED_BACKENDS GRAFT_MODEL_BACKENDS
#else
#define GRAFT_TESTED_BACKENDS graft::Reference, GRAFT_MODEL_BACKENDS
#endif
#endif

TYPE_TO_STRING(graft::Reference);
TYPE_TO_STRING(graft::Blas);
TYPE_TO_STRING(graft::Simd);
TYPE_TO_STRING(graft::test::Emulated);
