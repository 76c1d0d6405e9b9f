// SPDX-License-Identifier: MIT
// The library graft::cuda: every kernel of the vocabulary, for the activations, losses and optimizers that
// graft has.
#include <graft/graft_cuda.cuh>

namespace graft {

GRAFT_CUDA_ACTIVATION(Linear);
GRAFT_CUDA_ACTIVATION(Relu);
GRAFT_CUDA_ACTIVATION(Relu6);
GRAFT_CUDA_ACTIVATION(Sigmoid);
GRAFT_CUDA_ACTIVATION(Swish);
GRAFT_CUDA_ACTIVATION(Tanh);
GRAFT_CUDA_ROW_ACTIVATION(Softmax);

GRAFT_CUDA_CONVOLUTION(device::Tf32);
GRAFT_CUDA_CONVOLUTION(device::Bfloat16);
GRAFT_CUDA_KERNEL(device::Patches<1>);
GRAFT_CUDA_KERNEL(device::Patches<4>);
GRAFT_CUDA_KERNEL(device::SumPatches);
GRAFT_CUDA_KERNEL(device::DepthwiseInput);
GRAFT_CUDA_KERNEL(device::PartialSums<device::DepthwiseKernelTerm>);

GRAFT_CUDA_KERNEL(device::Pool<Max, 1>);
GRAFT_CUDA_KERNEL(device::Pool<Max, 4>);
GRAFT_CUDA_KERNEL(device::Pool<Average, 1>);
GRAFT_CUDA_KERNEL(device::Pool<Average, 4>);
GRAFT_CUDA_KERNEL(device::PoolGradient<Max>);
GRAFT_CUDA_KERNEL(device::PoolGradient<Average>);
GRAFT_CUDA_KERNEL(device::GlobalAverage);
GRAFT_CUDA_KERNEL(device::GlobalAverageGradient);
GRAFT_CUDA_KERNEL(device::Pad);
GRAFT_CUDA_KERNEL(device::PadGradient);

GRAFT_CUDA_KERNEL(device::PartialSums<device::PixelTerm>);
GRAFT_CUDA_KERNEL(device::PartialSums<device::ProjectionTerm>);
GRAFT_CUDA_KERNEL(device::PartialSums<device::SquareTerm>);
GRAFT_CUDA_KERNEL(device::TotalSums<device::Store<float>>);
GRAFT_CUDA_KERNEL(device::TotalSums<device::Store<double>>);
GRAFT_CUDA_KERNEL(device::TotalSums<device::StoreGammaGradient>);
GRAFT_CUDA_KERNEL(device::NormalizationScale);
GRAFT_CUDA_KERNEL(device::Normalize);
GRAFT_CUDA_KERNEL(device::AddScaled);
GRAFT_CUDA_KERNEL(device::BatchStatistics);
GRAFT_CUDA_KERNEL(device::BatchNormGradient);
GRAFT_CUDA_KERNEL(device::StoreBatchNormGradients);

GRAFT_CUDA_KERNEL(device::Multiply);
GRAFT_CUDA_KERNEL(device::MultiplyGradient);
GRAFT_CUDA_KERNEL(device::FactorGradient);
GRAFT_CUDA_KERNEL(device::Rescale);
GRAFT_CUDA_KERNEL(device::RescaleGradient);
GRAFT_CUDA_KERNEL(device::Standardize);
GRAFT_CUDA_KERNEL(device::StandardizeGradient);
GRAFT_CUDA_KERNEL(device::Drop);
GRAFT_CUDA_KERNEL(device::DropGradient);

GRAFT_CUDA_KERNEL(device::GatherRows);

GRAFT_CUDA_LOSS(BinaryCrossentropy);
GRAFT_CUDA_LOSS(CategoricalCrossentropy);

GRAFT_CUDA_RULE(detail::PlainSgdRule);
GRAFT_CUDA_RULE(detail::MomentumSgdRule);
GRAFT_CUDA_RULE(detail::AdamRule);
GRAFT_CUDA_RULE(detail::PlainRMSpropRule);
GRAFT_CUDA_RULE(detail::RMSpropRule);

}  // namespace graft
