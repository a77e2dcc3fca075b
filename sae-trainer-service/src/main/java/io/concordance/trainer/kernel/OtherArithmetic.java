package io.concordance.trainer.kernel;

/** Kernels that would go on with a run in another order of operations than it was begun in, and end with other bytes. */
public final class OtherArithmetic extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherArithmetic(String begun, StepKernels here) {
        super("the run was begun in " + begun + " arithmetic; this trainer has " + here.arithmetic() + " ("
                + here.name() + "), which would give other bytes");
    }
}
