package io.concordance.capture.model;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;

/** Where the models of a worker run. */
public sealed interface Device {

    /** ONNX Runtime's own CPU kernels, one thread a call. */
    record Cpu() implements Device {
        @Override
        public void use(OrtSession.SessionOptions options) {
            // The default of every session.
        }

        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * One CUDA device. Weights and what lies between nodes stay on it; tokens go there and hooked activations come back
     * with every run, already in the precision they are stored in.
     *
     * @param id as CUDA counts devices, from 0
     * @param memoryLimit most bytes of device memory, 0 for no limit
     */
    record Cuda(int id, long memoryLimit) implements Device {
        @Override
        public void use(OrtSession.SessionOptions options) throws OrtException {
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(id)) {
                if (memoryLimit > 0) {
                    cuda.add("gpu_mem_limit", Long.toString(memoryLimit));
                    cuda.add("arena_extend_strategy", "kSameAsRequested");
                }
                options.addCUDA(cuda);
            }
        }

        @Override
        public String toString() {
            return "cuda:" + id;
        }
    }

    /** Makes sessions with these options run here. */
    void use(OrtSession.SessionOptions options) throws OrtException;

    static Device cpu() {
        return new Cpu();
    }
}
