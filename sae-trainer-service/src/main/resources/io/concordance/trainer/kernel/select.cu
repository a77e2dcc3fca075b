// Positive floats order like their bits: 11 + 11 + 9 of them are counted at a time.
#define BINS 2048

// The border of each row's k largest positive z + bias: whatever is above it stays, and so many equal to it. A row with no
// more than k positive values has border 0. One block of 256 threads a row of z, [rows, n].
extern "C" __global__ void rowBorders(
    const float* z, const float* bias, int n, int k, float* borders, int* ties, int* kept, float* smallest) {
    __shared__ int bins[BINS];
    __shared__ int warps[WARP];
    __shared__ unsigned int border;
    __shared__ unsigned int least;
    __shared__ int left;
    const float* row = z + (long long)blockIdx.x * n;
    if (threadIdx.x == 0) {
        border = 0;
        least = 0x7fffffffu;
        left = k;
    }
    int positive = 0;
    for (int pass = 0; pass < 3; pass++) {
        int shift = pass == 0 ? 20 : pass == 1 ? 9 : 0;
        int above = pass == 0 ? 31 : pass == 1 ? 20 : 9;
        for (int i = threadIdx.x; i < BINS; i += blockDim.x) {
            bins[i] = 0;
        }
        __syncthreads();
        unsigned int prefix = border;
        int rank = left;
        for (int f = threadIdx.x; f < n; f += blockDim.x) {
            float value = row[f] + bias[f];
            unsigned int bits = __float_as_uint(value);
            if (value > 0 && bits >> above == prefix >> above) {
                atomicAdd(&bins[bits >> shift & (1 << above - shift) - 1], 1);
            }
        }
        __syncthreads();
        int each = BINS / blockDim.x;
        int top = BINS - 1 - threadIdx.x * each;
        int mine = 0;
        for (int i = 0; i < each; i++) {
            mine += bins[top - i];
        }
        int total;
        int before = scanBlock(mine, warps, total);
        if (pass == 0) {
            positive = total;
            if (positive <= k) {
                break;
            }
        }
        if (before < rank && rank <= before + mine) {
            int bin = top;
            while (before + bins[bin] < rank) {
                before += bins[bin--];
            }
            border = prefix | (unsigned int)bin << shift;
            left = rank - before;
        }
        __syncthreads();
    }
    if (positive <= k) {
        for (int f = threadIdx.x; f < n; f += blockDim.x) {
            float value = row[f] + bias[f];
            if (value > 0) {
                atomicMin(&least, __float_as_uint(value));
            }
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        bool all = positive <= k;
        borders[blockIdx.x] = all ? 0.0f : __uint_as_float(border);
        ties[blockIdx.x] = all ? 0 : left;
        kept[blockIdx.x] = all ? positive : k;
        smallest[blockIdx.x] = positive == 0 ? 0.0f : __uint_as_float(all ? least : border);
    }
}

// Counts what is above and what is equal to a border, which may depend on the row or on the column (steps 0 or 1). z is
// [gridDim.x, n], of which total elements hold; bias may be null. One block a row.
extern "C" __global__ void countAbove(
    const float* z, const float* bias, int n, int total, const float* borders, int rowStep, int columnStep,
    int* above, int* equal) {
    __shared__ int counts[2];
    if (threadIdx.x < 2) {
        counts[threadIdx.x] = 0;
    }
    __syncthreads();
    long long at = (long long)blockIdx.x * n;
    int end = total - at < n ? (int)(total - at) : n;
    int more = 0;
    int same = 0;
    for (int f = threadIdx.x; f < end; f += blockDim.x) {
        float value = bias ? z[at + f] + bias[f] : z[at + f];
        float border = borders[blockIdx.x * rowStep + f * columnStep];
        more += value > border;
        same += value == border;
    }
    atomicAdd(&counts[0], more);
    atomicAdd(&counts[1], same);
    __syncthreads();
    if (threadIdx.x == 0) {
        above[blockIdx.x] = counts[0];
        equal[blockIdx.x] = counts[1];
    }
}

// Calls keep(i, place) for each i below n whose value is above its border, and for the first so many ties, in ascending
// order of i, with places from at on. value and border are functions of i. For a whole block; warps holds two ints a warp.
template <class Value, class Border, class Keep>
__device__ inline void compact(int n, int ties, int at, int* warps, Value value, Border border, Keep keep) {
    int lane = threadIdx.x % WARP;
    int warp = threadIdx.x / WARP;
    int count = blockDim.x / WARP;
    int share = (n + count * WARP - 1) / (count * WARP) * WARP;
    int from = warp * share;
    int to = min(n, from + share);
    int above = 0;
    int equal = 0;
    for (int base = from; base < to; base += WARP) {
        int i = base + lane;
        float v = i < to ? value(i) : 0.0f;
        float b = i < to ? border(i) : 0.0f;
        above += __popc(__ballot_sync(ALL_LANES, i < to && v > b));
        equal += __popc(__ballot_sync(ALL_LANES, i < to && v == b));
    }
    if (lane == 0) {
        warps[2 * warp] = above;
        warps[2 * warp + 1] = equal;
    }
    __syncthreads();
    int equalBefore = 0;
    for (int w = 0; w < warp; w++) {
        at += warps[2 * w];
        equalBefore += warps[2 * w + 1];
    }
    at += min(ties, equalBefore);
    int left = ties - min(ties, equalBefore);
    unsigned int lower = (1u << lane) - 1;
    for (int base = from; base < to; base += WARP) {
        int i = base + lane;
        float v = i < to ? value(i) : 0.0f;
        float b = i < to ? border(i) : 0.0f;
        bool tied = i < to && v == b;
        unsigned int ballot = __ballot_sync(ALL_LANES, tied);
        bool kept = (i < to && v > b) || (tied && __popc(ballot & lower) < left);
        unsigned int all = __ballot_sync(ALL_LANES, kept);
        if (kept) {
            keep(i, at + __popc(all & lower));
        }
        at += __popc(all);
        left -= min(left, __popc(ballot));
    }
}

// Writes the pairs of each row of z, [gridDim.x, n], from its offset on. ties (a row) and map (column to feature) may be
// null. With thresholds, a value not above its column's has activation 0.
extern "C" __global__ void writePairs(
    const float* z, const float* bias, int n, const float* borders, int rowStep, int columnStep, const int* ties,
    const float* thresholds, const int* map, const int* offsets, int firstRow,
    int* rows, int* features, float* activations) {
    __shared__ int warps[2 * WARP];
    const float* row = z + (long long)blockIdx.x * n;
    const float* border = borders + blockIdx.x * rowStep;
    compact(
        n, ties ? ties[blockIdx.x] : 0, offsets[blockIdx.x], warps,
        [=](int f) { return row[f] + bias[f]; },
        [=](int f) { return border[f * columnStep]; },
        [=](int f, int to) {
            float value = row[f] + bias[f];
            rows[to] = firstRow + blockIdx.x;
            features[to] = map ? map[f] : f;
            activations[to] = thresholds && !(value > thresholds[f]) ? 0.0f : value;
        });
}

// Copies the listed pairs above a border, and so many ties of each chunk, from the chunk's offset on.
extern "C" __global__ void thinPairs(
    int count, int chunk, float border, const int* ties, const int* offsets,
    const int* rows, const int* features, const float* activations,
    int* toRows, int* toFeatures, float* toActivations) {
    __shared__ int warps[2 * WARP];
    int first = blockIdx.x * chunk;
    compact(
        min(chunk, count - first), ties[blockIdx.x], offsets[blockIdx.x], warps,
        [=](int i) { return activations[first + i]; },
        [=](int i) { return border; },
        [=](int i, int to) {
            toRows[to] = rows[first + i];
            toFeatures[to] = features[first + i];
            toActivations[to] = activations[first + i];
        });
}

// Counts the digits at shift of positive values whose bits from above on are those of prefix.
extern "C" __global__ void histogram(const float* values, int n, int shift, int above, unsigned int prefix, int* totals) {
    __shared__ int bins[BINS];
    for (int i = threadIdx.x; i < BINS; i += blockDim.x) {
        bins[i] = 0;
    }
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        unsigned int bits = __float_as_uint(values[i]);
        if (bits >> above == prefix >> above) {
            atomicAdd(&bins[bits >> shift & (1 << above - shift) - 1], 1);
        }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < BINS; i += blockDim.x) {
        if (bins[i] > 0) {
            atomicAdd(&totals[i], bins[i]);
        }
    }
}

// starts[r] = the first of count ascending rows that is not below r, for r up to last.
extern "C" __global__ void findRows(const int* rows, int count, int last, int* starts) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r > last) {
        return;
    }
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (rows[middle] < r) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    starts[r] = low;
}

// Number and sum of the positive activations of each row.
extern "C" __global__ void rowTotals(const float* activations, const int* starts, int rows, int* active, double* sums) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r >= rows) {
        return;
    }
    int count = 0;
    double sum = 0;
    for (int i = starts[r]; i < starts[r + 1]; i++) {
        if (activations[i] > 0) {
            count++;
            sum += activations[i];
        }
    }
    active[r] = count;
    sums[r] = sum;
}
