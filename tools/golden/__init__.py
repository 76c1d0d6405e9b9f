# SPDX-License-Identifier: MIT
"""The makers of tests/golden/, one module a folder; tools/make_golden.py runs them."""
