// Shared by all kernels. Sums keep the order that StepKernels fixes: chains of fused multiply-adds in ascending order, or
// sixteen interleaved chains joined by halving. Compiled without contraction, so only fmaf fuses. Atomics are on integers
// alone, whose sum does not depend on their order.

#define ALL_LANES 0xffffffffu
#define WARP 32
#define LANES 16

__device__ inline float joinLanes(float sum) {
    sum += __shfl_down_sync(ALL_LANES, sum, 8, LANES);
    sum += __shfl_down_sync(ALL_LANES, sum, 4, LANES);
    sum += __shfl_down_sync(ALL_LANES, sum, 2, LANES);
    sum += __shfl_down_sync(ALL_LANES, sum, 1, LANES);
    return sum;
}

// a . b by the sixteen threads of half a warp, the first of which gets the result; n is a multiple of sixteen. Both halves
// of a warp must call it.
__device__ inline float dot(const float* a, const float* b, int n) {
    float sum = 0;
    for (int i = threadIdx.x % LANES; i < n; i += LANES) {
        sum = fmaf(a[i], b[i], sum);
    }
    return joinLanes(sum);
}

// Sum of value over the threads before this one; total is the sum over the block. warps holds one int a warp.
__device__ inline int scanBlock(int value, int* warps, int& total) {
    int lane = threadIdx.x % WARP;
    int warp = threadIdx.x / WARP;
    int sum = value;
    for (int distance = 1; distance < WARP; distance *= 2) {
        int other = __shfl_up_sync(ALL_LANES, sum, distance);
        sum += lane >= distance ? other : 0;
    }
    if (lane == WARP - 1) {
        warps[warp] = sum;
    }
    __syncthreads();
    int before = 0;
    total = 0;
    for (int w = 0; w < blockDim.x / WARP; w++) {
        before += w < warp ? warps[w] : 0;
        total += warps[w];
    }
    __syncthreads();
    return before + sum - value;
}
