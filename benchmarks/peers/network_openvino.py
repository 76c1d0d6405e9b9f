# SPDX-License-Identifier: MIT
"""OpenVINO, one request at a time with all threads, in float32 or in bfloat16."""

import numpy as np
import openvino

import driver

arguments = driver.arguments()
golden = driver.Golden(arguments.data, arguments.network)
core = openvino.Core()
model = core.read_model(arguments.data / "network.onnx")
model.reshape([arguments.batch, 3, arguments.network.pixels, arguments.network.pixels])
compiled = core.compile_model(model, "CPU", {
    "INFERENCE_NUM_THREADS": arguments.threads, "INFERENCE_PRECISION_HINT": arguments.variant, "PERFORMANCE_HINT": "LATENCY"})
request = compiled.create_infer_request()
request.set_input_tensor(openvino.Tensor(np.ascontiguousarray(golden.batch(arguments.batch).transpose(0, 3, 1, 2))))
request.infer()
error = golden.difference(request.get_output_tensor().data.transpose(0, 2, 3, 1))
driver.serve(openvino.__version__.split("-")[0], f"error {error:.1e}", request.infer, arguments.batch)
