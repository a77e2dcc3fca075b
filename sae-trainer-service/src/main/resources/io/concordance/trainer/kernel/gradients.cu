// A stable counting sort of the pairs by feature. A row holds a feature at most once, so the pairs of a row can be placed
// together; a block takes a chunk of rows and its own cursor of every feature, cursors[chunk, feature].

extern "C" __global__ void groupCount(
    const int* starts, int rows, int rowsEach, const int* features, const float* activations, int main, int width,
    int* cursors, int* active) {
    int first = min(rows, (int)blockIdx.x * rowsEach);
    int last = min(rows, first + rowsEach);
    for (int i = starts[first] + threadIdx.x; i < starts[last]; i += blockDim.x) {
        atomicAdd(&cursors[(long long)blockIdx.x * width + features[i]], 1);
        if (i < main && activations[i] > 0) {
            atomicAdd(&active[features[i]], 1);
        }
    }
}

// Turns each feature's counts into places relative to its first; totals gets their sum.
extern "C" __global__ void groupOffsets(int chunks, int width, int* cursors, int* totals) {
    int f = blockIdx.x * blockDim.x + threadIdx.x;
    if (f >= width) {
        return;
    }
    int sum = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
        int count = cursors[(long long)chunk * width + f];
        cursors[(long long)chunk * width + f] = sum;
        sum += count;
    }
    totals[f] = sum;
}

// places[i] = sum of totals before i, for i up to n. One block.
extern "C" __global__ void scan(const int* totals, int n, int* places) {
    __shared__ int warps[WARP];
    int share = (n + blockDim.x - 1) / blockDim.x;
    int from = min(n, (int)threadIdx.x * share);
    int to = min(n, from + share);
    int sum = 0;
    for (int i = from; i < to; i++) {
        sum += totals[i];
    }
    int total;
    int place = scanBlock(sum, warps, total);
    for (int i = from; i < to; i++) {
        places[i] = place;
        place += totals[i];
    }
    if (threadIdx.x == 0) {
        places[n] = total;
    }
}

// toRows is the row of output a pair reads (its group's, or behind all groups for auxiliary pairs), toSources its row of
// the batch.
extern "C" __global__ void groupPlace(
    const int* starts, int rows, int rowsEach, int batch, const int* features, const float* activations,
    const float* pairDeltas, const int* ends, int groups, int width, const int* places, int* cursors,
    int* toRows, int* toSources, float* toActivations, float* toDeltas) {
    int first = min(rows, (int)blockIdx.x * rowsEach);
    int last = min(rows, first + rowsEach);
    for (int row = first; row < last; row++) {
        for (int i = starts[row] + threadIdx.x; i < starts[row + 1]; i += blockDim.x) {
            int feature = features[i];
            int to = places[feature] + cursors[(long long)blockIdx.x * width + feature]++;
            int group = 0;
            while (group < groups - 1 && feature >= ends[group]) {
                group++;
            }
            toRows[to] = row < batch ? row + group * batch : row + (groups - 1) * batch;
            toSources[to] = row < batch ? row : row - batch;
            toActivations[to] = activations[i];
            toDeltas[to] = pairDeltas[i];
        }
        __syncthreads();
    }
}

// All gradients of one feature, by one block: nothing is shared between features. theta is null when thresholds do not
// learn; otherwise the straight-through estimator of Rajamanoharan et al. (2024, equations 11 and 12), after which pairs
// without activation have delta 0.
extern "C" __global__ void featureGradients(
    const int* places, const int* rows, const int* sources, const float* activations, float* pairDeltas,
    const float* output, const float* centred, const float* decoder, int stride,
    const float* theta, float bandwidth, float penalty, int firstAuxiliary,
    float* toDecoder, float* toEncoder, float* toBias, float* toThreshold, float* decoderSquares, float* encoderSquares) {
    __shared__ float along;
    int from = places[blockIdx.x];
    int to = places[blockIdx.x + 1];
    long long at = (long long)blockIdx.x * stride;
    if (threadIdx.x == 0) {
        float sum = 0;
        float bias = 0;
        float edge = theta ? theta[blockIdx.x] + bandwidth / 2 : 0.0f;
        for (int i = from; i < to; i++) {
            if (theta) {
                if (rows[i] < firstAuxiliary && activations[i] < edge) {
                    sum += fmaf(theta[blockIdx.x], pairDeltas[i], penalty);
                }
                if (activations[i] == 0) {
                    pairDeltas[i] = 0;
                }
            }
            bias += pairDeltas[i];
        }
        toThreshold[blockIdx.x] = theta ? -theta[blockIdx.x] * sum / bandwidth : 0.0f;
        toBias[blockIdx.x] = bias;
    }
    __syncthreads();
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        float forDecoder = 0;
        float forEncoder = 0;
#pragma unroll 4
        for (int i = from; i < to; i++) {
            forDecoder = fmaf(activations[i], output[(long long)rows[i] * stride + c], forDecoder);
            forEncoder = fmaf(pairDeltas[i], centred[(long long)sources[i] * stride + c], forEncoder);
        }
        toDecoder[at + c] = forDecoder;
        toEncoder[at + c] = forEncoder;
    }
    __syncthreads();
    if (threadIdx.x < WARP) {
        float sum = dot(toDecoder + at, decoder + at, stride);
        if (threadIdx.x == 0) {
            along = -sum;
        }
    }
    __syncthreads();
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        toDecoder[at + c] = fmaf(along, decoder[at + c], toDecoder[at + c]);
    }
    __syncthreads();
    if (threadIdx.x < WARP) {
        const float* mine = threadIdx.x < LANES ? toDecoder + at : toEncoder + at;
        float sum = dot(mine, mine, stride);
        if (threadIdx.x == 0) {
            decoderSquares[blockIdx.x] = sum;
        } else if (threadIdx.x == LANES) {
            encoderSquares[blockIdx.x] = sum;
        }
    }
}

// dL/db_dec = coefficient start - W_enc^T dL/db_enc, in double precision, features ascending. One block of 256 threads
// for 32 columns.
extern "C" __global__ void decoderBiasGradient(
    const double* start, double coefficient, const float* weights, const float* encoder, int features, int stride,
    float* gradient) {
    __shared__ float tile[SUM_ROWS * WARP];
    int first = blockIdx.x * WARP;
    int column = first + threadIdx.x;
    bool sums = threadIdx.x < WARP && column < stride;
    double sum = sums ? start[column] * coefficient : 0.0;
    for (int base = 0; base < features; base += SUM_ROWS) {
        int count = min(SUM_ROWS, features - base);
        for (int i = threadIdx.x; i < count * WARP; i += blockDim.x) {
            int c = first + i % WARP;
            tile[i] = c < stride ? encoder[(long long)(base + i / WARP) * stride + c] : 0.0f;
        }
        __syncthreads();
        if (sums) {
            for (int f = 0; f < count; f++) {
                double weight = weights[base + f];
                if (weight != 0) {
                    sum -= weight * tile[f * WARP + threadIdx.x];
                }
            }
        }
        __syncthreads();
    }
    if (sums) {
        gradient[column] = (float)sum;
    }
}
