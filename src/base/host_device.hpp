#pragma once
// Marks a function that kernels on a GPU call too. Nothing where no CUDA compiler reads it.

#ifdef __CUDACC__
#define SY_HOST_DEVICE __host__ __device__
#else
#define SY_HOST_DEVICE
#endif
