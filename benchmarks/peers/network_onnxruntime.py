# SPDX-License-Identifier: MIT
"""onnxruntime: all optimisations, input and output bound once."""

import numpy as np
import onnxruntime

import driver

arguments = driver.arguments()
golden = driver.Golden(arguments.data, arguments.network)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = arguments.threads
options.inter_op_num_threads = 1
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
session = onnxruntime.InferenceSession(arguments.data / "network.onnx", options, providers=["CPUExecutionProvider"])

x = np.ascontiguousarray(golden.batch(arguments.batch).transpose(0, 3, 1, 2))
height, width, channels = arguments.network.feature_shape
y = np.empty((arguments.batch, channels, height, width), np.float32)
binding = session.io_binding()
binding.bind_cpu_input("x", x)
binding.bind_output("y", "cpu", 0, np.float32, y.shape, y.ctypes.data)
work = lambda: session.run_with_iobinding(binding)
work()
driver.serve(onnxruntime.__version__, f"error {golden.difference(y.transpose(0, 2, 3, 1)):.1e}", work, arguments.batch)
