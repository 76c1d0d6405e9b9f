// SPDX-License-Identifier: MIT
// doctest's own part and main(). Both macros, because the precompiled header has read the first half of
// doctest.h.
#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
