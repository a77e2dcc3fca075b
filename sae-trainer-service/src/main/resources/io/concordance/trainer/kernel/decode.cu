// dL/dz of the pairs of a row, one half warp a pair: output of the pair's group times its decoder row, plus the penalty.
// output has batch rows a group; a pair's group is the first whose end lies behind its feature.
__device__ inline void deltas(
    int from, int to, const int* features, const int* ends, int groups, const float* output, long long groupStep,
    const float* decoder, int stride, float penalty, float* toDeltas) {
    int crew = blockDim.x / LANES;
    int member = threadIdx.x / LANES;
    for (int base = from; base < to; base += crew) {
        int i = min(base + member, to - 1);
        int feature = features[i];
        int group = 0;
        while (group < groups - 1 && feature >= ends[group]) {
            group++;
        }
        float sum = dot(output + group * groupStep, decoder + (long long)feature * stride, stride);
        if (base + member < to && threadIdx.x % LANES == 0) {
            toDeltas[i] = sum + penalty;
        }
    }
}

// Residual, dL/dx_hat of every prefix and dL/dz of one row's pairs. squares is the sum of e^2 with all features, nested
// that over all prefixes. One block a row.
extern "C" __global__ void decode(
    const float* x, const float* bias, const float* decoder, const int* starts, const int* features,
    const float* activations, const int* ends, int groups, int stride, float coefficient, float penalty,
    float* residual, float* output, float* toDeltas, float* squares, double* nested) {
    long long at = (long long)blockIdx.x * stride;
    long long groupStep = (long long)gridDim.x * stride;
    int first = starts[blockIdx.x];
    int last = starts[blockIdx.x + 1];
    int from = first;
    double sum = 0;
    for (int g = 0; g < groups; g++) {
        bool whole = g == groups - 1;
        int to = whole ? last : from;
        while (to < last && features[to] < ends[g]) {
            to++;
        }
        float* error = whole ? residual + at : output + g * groupStep + at;
        for (int c = threadIdx.x; c < stride; c += blockDim.x) {
            float reconstruction = g == 0 ? bias[c] : residual[at + c];
            for (int i = from; i < to; i++) {
                reconstruction = fmaf(activations[i], decoder[(long long)features[i] * stride + c], reconstruction);
            }
            residual[at + c] = reconstruction;
            error[c] = x[at + c] - reconstruction;
        }
        __syncthreads();
        if (threadIdx.x < WARP) {
            float part = dot(error, error, stride);
            if (threadIdx.x == 0) {
                sum += part;
                squares[blockIdx.x] = part;
            }
        }
        __syncthreads();
        for (int c = threadIdx.x; c < stride; c += blockDim.x) {
            output[g * groupStep + at + c] = coefficient * error[c];
        }
        from = to;
    }
    if (threadIdx.x == 0) {
        nested[blockIdx.x] = sum;
    }
    for (int g = groups - 2; g >= 0; g--) {
        for (int c = threadIdx.x; c < stride; c += blockDim.x) {
            output[g * groupStep + at + c] += output[(g + 1) * groupStep + at + c];
        }
    }
    __syncthreads();
    deltas(first, last, features, ends, groups, output + at, groupStep, decoder, stride, penalty, toDeltas);
}

// The same for auxiliary pairs, which predict the residual: dL/de_aux of the row and dL/dz of its pairs. starts begins at
// the first auxiliary row. One block a row.
extern "C" __global__ void decodeAuxiliary(
    const float* residual, const float* decoder, const int* starts, const int* features, const float* activations,
    int stride, float coefficient, float* output, float* toDeltas, float* squares) {
    long long at = (long long)blockIdx.x * stride;
    int from = starts[blockIdx.x];
    int to = starts[blockIdx.x + 1];
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        float reconstruction = 0;
        for (int i = from; i < to; i++) {
            reconstruction = fmaf(activations[i], decoder[(long long)features[i] * stride + c], reconstruction);
        }
        output[at + c] = residual[at + c] - reconstruction;
    }
    __syncthreads();
    if (threadIdx.x < WARP) {
        float sum = dot(output + at, output + at, stride);
        if (threadIdx.x == 0) {
            squares[blockIdx.x] = sum;
        }
    }
    __syncthreads();
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        output[at + c] = coefficient * output[at + c];
    }
    __syncthreads();
    deltas(from, to, features, features, 1, output + at, 0, decoder, stride, 0.0f, toDeltas);
}
