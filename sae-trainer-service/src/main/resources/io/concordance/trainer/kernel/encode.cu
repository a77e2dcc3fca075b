#define SUM_ROWS 128

// x = scale rows and x - b_dec, both [batch, stride], and each row's sum of x^2. One block a row.
extern "C" __global__ void centre(
    const float* rows, const float* bias, float scale, int width, int stride, float* x, float* centred, float* squares) {
    long long at = (long long)blockIdx.x * stride;
    long long from = (long long)blockIdx.x * width;
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        float value = c < width ? rows[from + c] * scale : 0.0f;
        x[at + c] = value;
        centred[at + c] = value - bias[c];
    }
    __syncthreads();
    if (threadIdx.x < WARP) {
        float sum = dot(x + at, x + at, stride);
        if (threadIdx.x == 0) {
            squares[blockIdx.x] = sum;
        }
    }
}

// Column sums in double precision, rows ascending. One block of 256 threads for 32 columns.
extern "C" __global__ void columnSums(const float* matrix, int rows, int stride, double* sums) {
    __shared__ float tile[SUM_ROWS * WARP];
    int first = blockIdx.x * WARP;
    double sum = 0;
    for (int base = 0; base < rows; base += SUM_ROWS) {
        int count = min(SUM_ROWS, rows - base);
        for (int i = threadIdx.x; i < count * WARP; i += blockDim.x) {
            int c = first + i % WARP;
            tile[i] = c < stride ? matrix[(long long)(base + i / WARP) * stride + c] : 0.0f;
        }
        __syncthreads();
        if (threadIdx.x < WARP) {
            for (int r = 0; r < count; r++) {
                sum += tile[r * WARP + threadIdx.x];
            }
        }
        __syncthreads();
    }
    if (threadIdx.x < WARP && first + threadIdx.x < stride) {
        sums[first + threadIdx.x] = sum;
    }
}

#define TILE 128
#define DEPTH 16
#define PITCH (TILE + 4)

// out[r, f] = x_r . w_f, chains in ascending order: the reference's bits. One block of 256 threads for 128 x 128 of out;
// each thread has four times 4 x 4 of them. stride is a multiple of sixteen.
extern "C" __global__ void encodeInOrder(
    const float* x, const float* w, int rows, int features, int stride, float* out) {
    __shared__ float xs[DEPTH * PITCH];
    __shared__ float ws[DEPTH * PITCH];
    int row = blockIdx.y * TILE;
    int feature = blockIdx.x * TILE;
    int ty = threadIdx.x / 16 * 4;
    int tx = threadIdx.x % 16 * 4;
    float sums[8][8];
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            sums[i][j] = 0;
        }
    }
    for (int base = 0; base < stride; base += DEPTH) {
        for (int i = threadIdx.x; i < TILE * DEPTH; i += blockDim.x) {
            int r = i / DEPTH;
            int c = i % DEPTH;
            xs[c * PITCH + r] = row + r < rows ? x[(long long)(row + r) * stride + base + c] : 0.0f;
            ws[c * PITCH + r] = feature + r < features ? w[(long long)(feature + r) * stride + base + c] : 0.0f;
        }
        __syncthreads();
        for (int c = 0; c < DEPTH; c++) {
            float a[8];
            float b[8];
            for (int i = 0; i < 4; i++) {
                a[i] = xs[c * PITCH + ty + i];
                a[i + 4] = xs[c * PITCH + TILE / 2 + ty + i];
                b[i] = ws[c * PITCH + tx + i];
                b[i + 4] = ws[c * PITCH + TILE / 2 + tx + i];
            }
            for (int i = 0; i < 8; i++) {
                for (int j = 0; j < 8; j++) {
                    sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
                }
            }
        }
        __syncthreads();
    }
    for (int i = 0; i < 8; i++) {
        int r = row + ty + (i < 4 ? i : TILE / 2 + i - 4);
        for (int j = 0; j < 8; j++) {
            int f = feature + tx + (j < 4 ? j : TILE / 2 + j - 4);
            if (r < rows && f < features) {
                out[(long long)r * features + f] = sums[i][j];
            }
        }
    }
}

// Rows of a matrix and their biases, packed in the order of the list. One block a listed row.
extern "C" __global__ void gatherRows(
    const float* matrix, const float* bias, const int* list, int stride, float* packed, float* packedBias) {
    int from = list[blockIdx.x];
    for (int c = threadIdx.x; c < stride; c += blockDim.x) {
        packed[(long long)blockIdx.x * stride + c] = matrix[(long long)from * stride + c];
    }
    if (threadIdx.x == 0) {
        packedBias[blockIdx.x] = bias[from];
    }
}
