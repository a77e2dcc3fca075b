// One Adam step of element i. rate has the first correction in it; rest1 and rest2 are 1 - beta1 and 1 - beta2.
__device__ inline void adamOf(
    long long i, float* value, const float* gradient, float* first, float* second, float rate, float beta1, float rest1,
    float beta2, float rest2, float correction2, float epsilon, float scale) {
    float g = gradient[i] * scale;
    float m = fmaf(beta1, first[i], rest1 * g);
    float v = fmaf(beta2, second[i], rest2 * (g * g));
    first[i] = m;
    second[i] = v;
    value[i] = value[i] - rate * m / (sqrtf(v * correction2) + epsilon);
}

extern "C" __global__ void adam(
    float* value, const float* gradient, float* first, float* second, int n, float rate, float beta1, float rest1,
    float beta2, float rest2, float correction2, float epsilon, float scale) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        adamOf(i, value, gradient, first, second, rate, beta1, rest1, beta2, rest2, correction2, epsilon, scale);
    }
}

// Adam on one row of a matrix, scaled to unit norm afterwards if so wanted. One block a row.
extern "C" __global__ void adamRows(
    float* value, const float* gradient, float* first, float* second, int stride, int normalise, float rate, float beta1,
    float rest1, float beta2, float rest2, float correction2, float epsilon, float scale) {
    __shared__ float inverse;
    long long at = (long long)blockIdx.x * stride;
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        adamOf(at + c, value, gradient, first, second, rate, beta1, rest1, beta2, rest2, correction2, epsilon, scale);
    }
    if (!normalise) {
        return;
    }
    __syncthreads();
    if (threadIdx.x < WARP) {
        float squares = dot(value + at, value + at, stride);
        if (threadIdx.x == 0) {
            inverse = squares > 0 ? 1.0f / sqrtf(squares) : 1.0f;
        }
    }
    __syncthreads();
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        value[at + c] *= inverse;
    }
}
