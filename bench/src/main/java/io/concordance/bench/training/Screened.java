package io.concordance.bench.training;

import io.concordance.bench.AskedProcess;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Our trainer with bf16 screening, where the machine has it. */
record Screened(@Nullable AskedProcess process) implements AutoCloseable {
    static final int WARM_UP_STEPS = 12;
    static final Screened NONE = new Screened(null);

    static Screened start(Workplace workplace, Order order) throws IOException {
        AskedProcess process = workplace.own();
        try {
            Workplace.ask(process, Order.Steps.begin(order.withScreening(), WARM_UP_STEPS));
            return new Screened(process);
        } catch (IOException e) {
            // The table of rules says why.
            process.close();
            return NONE;
        }
    }

    boolean present() {
        return process != null;
    }

    /** Mean seconds of this many steps; 1 where there is none. */
    double step(int steps) throws IOException {
        return process == null
                ? 1
                : RuleTimes.mean(Workplace.ask(process, Order.Steps.more(steps)).seconds());
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
