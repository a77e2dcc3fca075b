package io.concordance.trainer.kernel;

import io.concordance.contracts.problem.FieldProblem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What steps shall run on.
 *
 * @param ordinal of the GPU, counted from 0
 * @param encoding used on a GPU
 * @param threads used on the CPU
 * @param screening used on the CPU
 */
public record Processor(Kind kind, int ordinal, CudaEncoding encoding, int threads, Screening screening) {
    private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

    public enum Kind {
        /** The first GPU if there is one that works, else the CPU. */
        AUTO,
        CPU,
        CUDA,
        /** The CPU by way of ND4J, in builds that have it. */
        ND4J
    }

    /**
     * Reads the settings {@code concordance.trainer.device}, {@code .cuda-encoding} and {@code .screening}.
     *
     * @throws FieldProblem naming the setting
     */
    public static Processor of(String device, String encoding, int threads, String screening) {
        CudaEncoding chosen = CudaEncoding.named("concordance.trainer.cuda-encoding", encoding);
        Screening screen = Screening.named("concordance.trainer.screening", screening);
        Matcher cuda = CUDA.matcher(device);
        if (cuda.matches()) {
            return new Processor(Kind.CUDA, Integer.parseInt(cuda.group(1)), chosen, threads, screen);
        }
        return switch (device) {
            case "auto" -> new Processor(Kind.AUTO, 0, chosen, threads, screen);
            case "cpu" -> new Processor(Kind.CPU, 0, chosen, threads, screen);
            case "nd4j" -> new Processor(Kind.ND4J, 0, chosen, threads, screen);
            default -> throw new FieldProblem("concordance.trainer.device", device, "auto, cpu, cuda:N or nd4j");
        };
    }

    public static Processor cpu(int threads) {
        return new Processor(Kind.CPU, 0, CudaEncoding.CUBLAS, threads, Screening.AUTO);
    }

    Processor with(CudaEncoding other) {
        return new Processor(kind, ordinal, other, threads, screening);
    }
}
