package io.concordance.trainer.kernel;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the CUDA kernels multiply rows by encoder weights: the one phase whose order of operations is not always ours. */
public enum CudaEncoding {
    /** By cuBLAS in fp32, in an order of its own. */
    CUBLAS,
    /** By cuBLAS with factors rounded to TF32's 11 bits. */
    CUBLAS_TF32,
    /** By our own kernel in the order of {@link StepKernels}: the bits of the CPU. */
    IN_ORDER;

    /** E.g. {@code cublas-tf32}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The encoding of kernels whose {@link StepKernels#arithmetic} is given. */
    static CudaEncoding ofArithmetic(String arithmetic) {
        int architecture = arithmetic.indexOf('/');
        return named("arithmetic", architecture < 0 ? arithmetic : arithmetic.substring(0, architecture));
    }

    /** @throws FieldProblem when no encoding has that name */
    static CudaEncoding named(String field, String name) {
        List<String> names = Arrays.stream(values()).map(CudaEncoding::wireName).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new FieldProblem(field, name, String.join(", ", names));
        }
        return values()[index];
    }
}
