package io.concordance.local;

/**
 * The loopback ports a stack is asked to use; 0 leaves the choice to the stack, which then keeps to what it chose the
 * time before as long as that port is free.
 */
public record StackPorts(int kafka, int s3, int postgres) {

    /** Every port is the stack's own choice. */
    public static final StackPorts ANY = new StackPorts(0, 0, 0);

    public StackPorts {
        check("kafka", kafka);
        check("s3", s3);
        check("postgres", postgres);
    }

    private static void check(String name, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(name + " port is " + port + "; allowed are 0 (any) to 65535");
        }
    }
}
