/* The foreign side of io.concordance.trainer.kernel.bf16.Bf16, which states the contract of each function. */
#include <immintrin.h>
#include <stdint.h>

#define BF16 __attribute__((target("avx512f,avx512bf16")))
#define LANES 16
#define ROWS 12
#define FEATURES 32

int supported(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16");
}

static BF16 double sum(__m512d v) {
    double parts[8];
    _mm512_storeu_pd(parts, v);
    return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

static BF16 __m512d low(__m512 v) {
    return _mm512_cvtps_pd(_mm512_castps512_ps256(v));
}

static BF16 __m512d high(__m512 v) {
    return _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1)));
}

/* Sixteen floats become eight pairs, each [lanes] apart. */
BF16 void pack(
        const float *source, long from, long stride, long count, long lanes, uint32_t *target, long to, double *squares,
        long at) {
    for (long r = 0; r < count; r++) {
        const float *row = source + from + r * stride;
        uint32_t *out = target + to + r;
        __m512d value = _mm512_setzero_pd(), lost = _mm512_setzero_pd();
        for (long c = 0; c < stride; c += LANES) {
            __m512 v = _mm512_loadu_ps(row + c);
            __m256i rounded = (__m256i)_mm512_cvtneps_pbh(v);
            __m512 back = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded), 16));
            __m512 error = _mm512_sub_ps(v, back);
            value = _mm512_fmadd_pd(low(v), low(v), value);
            value = _mm512_fmadd_pd(high(v), high(v), value);
            lost = _mm512_fmadd_pd(low(error), low(error), lost);
            lost = _mm512_fmadd_pd(high(error), high(error), lost);
            uint32_t pairs[LANES / 2];
            _mm256_storeu_si256((__m256i *)pairs, rounded);
            for (int i = 0; i < LANES / 2; i++) {
                out[(c / 2 + i) * lanes] = pairs[i];
            }
        }
        squares[at + 2 * r] = sum(value);
        squares[at + 2 * r + 1] = sum(lost);
    }
    for (long r = count; r < lanes; r++) {
        for (long c = 0; c < stride / 2; c++) {
            target[to + r + c * lanes] = 0;
        }
    }
}

/* One broadcast a row, two products with it. */
#define ROW(i) \
    { \
        __m512bh x = (__m512bh)_mm512_set1_epi32((int)a[i]); \
        s##i = _mm512_dpbf16_ps(s##i, x, w0); \
        t##i = _mm512_dpbf16_ps(t##i, x, w1); \
    }

#define STORE(i) \
    _mm512_storeu_ps(out + i * FEATURES, s##i); \
    _mm512_storeu_ps(out + i * FEATURES + LANES, t##i);

#define ALL(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

BF16 void multiply(const uint32_t *rows, long row, const uint32_t *features, long feature, long pairs, float *out) {
#define ZERO(i) __m512 s##i = _mm512_setzero_ps(), t##i = _mm512_setzero_ps();
    ALL(ZERO)
    const uint32_t *a = rows + row;
    const uint32_t *w = features + feature;
    for (long k = 0; k < pairs; k++, a += ROWS, w += FEATURES) {
        __m512bh w0 = (__m512bh)_mm512_loadu_si512(w);
        __m512bh w1 = (__m512bh)_mm512_loadu_si512(w + LANES);
        ALL(ROW)
    }
    ALL(STORE)
}

/* Columns become lanes: afterwards v[c] holds column c of what were sixteen rows. */
static inline BF16 __attribute__((always_inline)) void transpose(__m512 *v) {
    __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
#pragma GCC unroll 4
    for (int step = 1; step < LANES; step *= 2) {
        __m512i mine = _mm512_set1_epi32(step);
        __mmask16 odd = _mm512_test_epi32_mask(lane, mine);
        __m512i other = _mm512_set1_epi32(LANES);
        /* Even lanes of the first with even ones of the second, then odd with odd. */
        __m512i lower = _mm512_mask_add_epi32(lane, odd, _mm512_sub_epi32(lane, mine), other);
        __m512i upper = _mm512_mask_add_epi32(_mm512_add_epi32(lane, mine), odd, lane, other);
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            if ((i & step) == 0) {
                __m512 first = v[i], second = v[i | step];
                v[i] = _mm512_permutex2var_ps(first, lower, second);
                v[i | step] = _mm512_permutex2var_ps(first, upper, second);
            }
        }
    }
}

BF16 void dots(
        const float *rows, long row, const float *matrix, const int32_t *index, long from, long count, long stride,
        float *out, long to) {
    const float *x = rows + row;
    for (long done = 0; done < count; done += LANES) {
        const float *w[LANES];
        for (long i = 0; i < LANES; i++) {
            w[i] = matrix + (long)index[from + (done + i < count ? done + i : done)] * stride;
        }
        __m512 chain = _mm512_setzero_ps();
        for (long c = 0; c < stride; c += LANES) {
            __m512 v[LANES];
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) {
                v[i] = _mm512_loadu_ps(w[i] + c);
            }
            transpose(v);
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) {
                chain = _mm512_fmadd_ps(_mm512_set1_ps(x[c + i]), v[i], chain);
            }
        }
        long left = count - done;
        __mmask16 present = left < LANES ? (__mmask16)((1u << left) - 1) : (__mmask16)0xFFFF;
        _mm512_mask_storeu_ps(out + to + done, present, chain);
    }
}
