// The CUDA driver, NVRTC and cuBLAS on the CPU, as far as the kernels need them: the .cu sources, included below, run as
// C++, every thread of a block on a stack of its own, so that barriers and warp operations are real. Threads take turns in
// ascending, descending or shuffled order between barriers; correct kernels give the same bits in any.
//
// A launch fails when a barrier is not reached by all threads of its block or warp, when an argument of a warp operation
// differs inside a warp, or when memory before or behind an allocation was written. Fresh memory holds NaNs.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <setjmp.h>
#include <string>
#include <type_traits>
#include <ucontext.h>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __shared__ static

struct Index {
    unsigned int x, y, z;
};

static Index threadIdx, blockIdx, blockDim, gridDim;

namespace emulator {

enum State { READY, AT_BLOCK, AT_WARP, DONE };
enum Operation { SHUFFLE_UP, SHUFFLE_DOWN, BALLOT };

constexpr int MOST_THREADS = 1024;
constexpr size_t STACK = 64 * 1024;
constexpr int FAILED = 719;

struct Fiber {
    ucontext_t context;
    jmp_buf jump;
    bool begun = false;
    State state = DONE;
    Operation operation;
    uint32_t value;
    uint32_t result;
    int distance;
    int width;
};

static std::vector<Fiber> fibers(MOST_THREADS);
static std::vector<char*> stacks(MOST_THREADS, nullptr);
static jmp_buf schedulerJump;
static int current;
static int order;
static std::string failure;
static void (*body)(void**);
static void** arguments;

static void yield(State state) {
    Fiber& fiber = fibers[current];
    fiber.state = state;
    Index mine = threadIdx;
    if (!_setjmp(fiber.jump)) {
        _longjmp(schedulerJump, 1);
    }
    threadIdx = mine;
}

static void threadMain() {
    for (;;) {
        body(arguments);
        yield(DONE);
    }
}

static void resume(int i) {
    current = i;
    threadIdx = Index{(unsigned)i, 0, 0};
    Fiber& fiber = fibers[i];
    if (_setjmp(schedulerJump)) {
        return;
    }
    if (fiber.begun) {
        _longjmp(fiber.jump, 1);
    }
    fiber.begun = true;
    if (!stacks[i]) {
        stacks[i] = (char*)malloc(STACK);
    }
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stacks[i];
    fiber.context.uc_stack.ss_size = STACK;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, threadMain, 0);
    setcontext(&fiber.context);
}

static uint32_t collective(Operation operation, uint32_t value, int distance, int width) {
    Fiber& fiber = fibers[current];
    fiber.operation = operation;
    fiber.value = value;
    fiber.distance = distance;
    fiber.width = width;
    yield(AT_WARP);
    return fibers[current].result;
}

static bool finishWarp(int first, int last) {
    for (int i = first; i < last; i++) {
        const Fiber& fiber = fibers[i];
        if (fiber.state != AT_WARP) {
            return false;
        }
        if (fiber.operation != fibers[first].operation || fiber.distance != fibers[first].distance
            || fiber.width != fibers[first].width) {
            failure = "a warp operation differs inside a warp";
            return false;
        }
    }
    uint32_t ballot = 0;
    for (int i = first; i < last; i++) {
        ballot |= (fibers[i].value != 0 ? 1u : 0u) << (i - first);
    }
    for (int i = first; i < last; i++) {
        Fiber& fiber = fibers[i];
        int lane = (i - first) % std::max(1, fiber.width);
        int from = fiber.operation == SHUFFLE_UP ? lane - fiber.distance : lane + fiber.distance;
        bool inside = from >= 0 && from < fiber.width;
        fiber.result = fiber.operation == BALLOT ? ballot : fibers[inside ? i - lane + from : i].value;
    }
    for (int i = first; i < last; i++) {
        fibers[i].state = READY;
    }
    return true;
}

static void runBlock(std::mt19937& random) {
    int threads = blockDim.x;
    std::vector<int> turns(threads);
    for (int i = 0; i < threads; i++) {
        turns[i] = order == 1 ? threads - 1 - i : i;
        fibers[i].state = READY;
    }
    for (;;) {
        if (order > 1) {
            std::shuffle(turns.begin(), turns.end(), random);
        }
        bool moved = false;
        for (int i : turns) {
            if (fibers[i].state == READY) {
                resume(i);
                moved = true;
            }
        }
        for (int first = 0; first < threads; first += 32) {
            moved |= finishWarp(first, std::min(threads, first + 32));
        }
        if (!failure.empty()) {
            return;
        }
        int done = 0;
        int waiting = 0;
        for (int i = 0; i < threads; i++) {
            done += fibers[i].state == DONE;
            waiting += fibers[i].state == AT_BLOCK;
        }
        if (done == threads) {
            return;
        }
        if (waiting == threads) {
            for (int i = 0; i < threads; i++) {
                fibers[i].state = READY;
            }
        } else if (!moved) {
            failure = "a barrier is not reached by all threads";
            return;
        }
    }
}

constexpr size_t FENCE = 256;
static std::map<uint64_t, size_t> allocations;

static bool fencesHold() {
    for (auto& [address, bytes] : allocations) {
        for (size_t i = 0; i < FENCE; i++) {
            if (((unsigned char*)address - FENCE)[i] != 0xA5 || ((unsigned char*)address + bytes)[i] != 0xA5) {
                return false;
            }
        }
    }
    return true;
}

static bool owned(uint64_t address, size_t bytes) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) {
        return false;
    }
    auto& [start, size] = *std::prev(after);
    return address + bytes <= start + size;
}

template <class... A>
struct Call {
    template <void (*F)(A...), size_t... I>
    static void with(void** p, std::index_sequence<I...>) {
        F(*(A*)p[I]...);
    }
};

template <class... A>
Call<A...> callOf(void (*)(A...));
template <class... A>
std::index_sequence_for<A...> indicesOf(void (*)(A...));

template <auto F>
void invoke(void** p) {
    decltype(callOf(F))::template with<F>(p, decltype(indicesOf(F)){});
}

struct Kernel {
    const char* name;
    void (*body)(void**);
};

}  // namespace emulator

static uint32_t bitsOf(float v) {
    uint32_t bits;
    memcpy(&bits, &v, 4);
    return bits;
}

static float floatOf(uint32_t bits) {
    float v;
    memcpy(&v, &bits, 4);
    return v;
}

#define __syncthreads() emulator::yield(emulator::AT_BLOCK)
#define __float_as_uint bitsOf
#define __uint_as_float floatOf
#define __popc __builtin_popcount

static uint32_t __ballot_sync(uint32_t, int predicate) {
    return emulator::collective(emulator::BALLOT, predicate != 0, 0, 32);
}
static float __shfl_down_sync(uint32_t, float value, int distance, int width) {
    return floatOf(emulator::collective(emulator::SHUFFLE_DOWN, bitsOf(value), distance, width));
}
static int __shfl_up_sync(uint32_t, int value, int distance) {
    return (int)emulator::collective(emulator::SHUFFLE_UP, (uint32_t)value, distance, 32);
}
static int atomicAdd(int* at, int value) {
    int before = *at;
    *at += value;
    return before;
}
static unsigned int atomicMin(unsigned int* at, unsigned int value) {
    unsigned int before = *at;
    *at = std::min(before, value);
    return before;
}
static int min(int a, int b) {
    return a < b ? a : b;
}

#include "kernels.cu"

// {"name", invoke<name>} of every kernel.
static const emulator::Kernel KERNELS[] = {
#include "kernels.table"
};

extern "C" {
void emulatorOrder(int order) {
    emulator::order = order;
}

int cuInit(unsigned) {
    return 0;
}
int cuDriverGetVersion(int* version) {
    *version = 12080;
    return 0;
}
int cuGetErrorName(int status, const char** name) {
    *name = status == emulator::FAILED ? "LAUNCH_FAILED" : "EMULATED";
    return 0;
}
int cuGetErrorString(int status, const char** text) {
    *text = status == emulator::FAILED ? emulator::failure.c_str() : "not emulated";
    return 0;
}
int cuDeviceGetCount(int* count) {
    *count = 1;
    return 0;
}
int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return ordinal == 0 ? 0 : 101;
}
int cuDeviceGetName(char* name, int bytes, int) {
    snprintf(name, bytes, "emulated");
    return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
    *value = attribute == 75 ? 9 : 0;
    return 0;
}
int cuDevicePrimaryCtxRetain(uint64_t* context, int) {
    *context = 77;
    return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
    return 0;
}
int cuCtxSetCurrent(uint64_t context) {
    return context == 77 ? 0 : 201;
}
int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    unsigned char* memory = (unsigned char*)malloc(bytes + 2 * emulator::FENCE);
    memset(memory, 0xA5, bytes + 2 * emulator::FENCE);
    memset(memory + emulator::FENCE, 0xFF, bytes);
    *address = (uint64_t)memory + emulator::FENCE;
    emulator::allocations[*address] = bytes;
    return 0;
}
int cuMemFree_v2(uint64_t address) {
    if (!emulator::allocations.erase(address)) {
        return 1;
    }
    free((unsigned char*)address - emulator::FENCE);
    return 0;
}
int cuMemAllocHost_v2(void** memory, size_t bytes) {
    *memory = malloc(bytes);
    return 0;
}
int cuMemFreeHost(void* memory) {
    free(memory);
    return 0;
}
int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
    return emulator::owned(to, bytes) ? (memcpy((void*)to, from, bytes), 0) : 1;
}
int cuMemcpyDtoH_v2(void* to, uint64_t from, size_t bytes) {
    return emulator::owned(from, bytes) ? (memcpy(to, (void*)from, bytes), 0) : 1;
}
int cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t bytes) {
    return emulator::owned(to, bytes) && emulator::owned(from, bytes) ? (memcpy((void*)to, (void*)from, bytes), 0) : 1;
}
int cuMemsetD8_v2(uint64_t to, unsigned char value, size_t bytes) {
    return emulator::owned(to, bytes) ? (memset((void*)to, value, bytes), 0) : 1;
}
int cuModuleLoadData(uint64_t* module, const void* image) {
    *module = 5;
    return strcmp((const char*)image, "emulated sm_90") ? 200 : 0;
}
int cuModuleUnload(uint64_t) {
    return 0;
}
int cuModuleGetFunction(uint64_t* function, uint64_t, const char* name) {
    for (const emulator::Kernel& kernel : KERNELS) {
        if (!strcmp(kernel.name, name)) {
            *function = (uint64_t)kernel.body;
            return 0;
        }
    }
    return 500;
}
int cuLaunchKernel(
    uint64_t function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
    unsigned, uint64_t, void** parameters, void**) {
    if (!gridX || !gridY || gridZ != 1 || !blockX || blockX > 1024 || blockX % 32 || blockY != 1 || blockZ != 1
        || gridY > 65535) {
        return 1;
    }
    emulator::body = (void (*)(void**))function;
    emulator::arguments = parameters;
    emulator::failure.clear();
    gridDim = Index{gridX, gridY, 1};
    blockDim = Index{blockX, 1, 1};
    std::mt19937 random(emulator::order);
    unsigned blocks = gridX * gridY;
    for (unsigned b = 0; b < blocks; b++) {
        unsigned at = emulator::order == 0 ? b : blocks - 1 - b;
        blockIdx = Index{at % gridX, at / gridX, 0};
        emulator::runBlock(random);
        if (!emulator::failure.empty()) {
            for (emulator::Fiber& fiber : emulator::fibers) {
                fiber.begun = false;
            }
            return emulator::FAILED;
        }
    }
    if (!emulator::fencesHold()) {
        emulator::failure = "memory outside of allocations was written";
        return emulator::FAILED;
    }
    return 0;
}

static std::string architecture;

int nvrtcCreateProgram(uint64_t* program, const char*, const char*, int, const char**, const char**) {
    *program = 9;
    return 0;
}
int nvrtcCompileProgram(uint64_t, int count, const char** options) {
    for (int i = 0; i < count; i++) {
        if (!strncmp(options[i], "--gpu-architecture=", 19)) {
            architecture = std::string("emulated ") + (options[i] + 19);
        }
    }
    return 0;
}
int nvrtcGetProgramLogSize(uint64_t, size_t* bytes) {
    *bytes = 1;
    return 0;
}
int nvrtcGetProgramLog(uint64_t, char* log) {
    *log = 0;
    return 0;
}
int nvrtcGetCUBINSize(uint64_t, size_t* bytes) {
    *bytes = architecture.size() + 1;
    return 0;
}
int nvrtcGetCUBIN(uint64_t, char* image) {
    memcpy(image, architecture.c_str(), architecture.size() + 1);
    return 0;
}
int nvrtcDestroyProgram(uint64_t*) {
    return 0;
}

int cublasCreate_v2(uint64_t* handle) {
    *handle = 11;
    return 0;
}
int cublasDestroy_v2(uint64_t) {
    return 0;
}
int cublasSetMathMode(uint64_t, int) {
    return 0;
}
// Column-major C = alpha op(A) op(B) + beta C with op(A) = A^T and op(B) = B, as chains in ascending order.
int cublasSgemm_v2(
    uint64_t handle, int opA, int opB, int m, int n, int k, const float* alpha, const float* a, int lda, const float* b,
    int ldb, const float* beta, float* c, int ldc) {
    if (handle != 11 || opA != 1 || opB != 0 || *alpha != 1 || *beta != 0) {
        return 7;
    }
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            float sum = 0;
            for (int l = 0; l < k; l++) {
                sum = fmaf(a[(size_t)i * lda + l], b[(size_t)j * ldb + l], sum);
            }
            c[(size_t)j * ldc + i] = sum;
        }
    }
    return 0;
}
}
