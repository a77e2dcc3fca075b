package io.concordance.interp.chat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A ledger that forgets. */
public final class MemoryLedger implements Ledger {
    private final Budget budget;
    private final Map<String, Answered> known = new HashMap<>();
    private long tokens;
    private double money;

    public MemoryLedger(Budget budget) {
        this.budget = budget;
    }

    @Override
    public synchronized Optional<Answered> known(String question) {
        return Optional.ofNullable(known.get(question));
    }

    @Override
    public synchronized boolean reserve(Usage most, double cost) {
        if (tokens + most.tokens() > budget.tokens() || budget.money() != null && money + cost > budget.money()) {
            return false;
        }
        tokens += most.tokens();
        money += cost;
        return true;
    }

    @Override
    public synchronized void settle(
            Usage most, double reserved, Usage taken, double cost, String question, @Nullable Answered answered) {
        tokens += taken.tokens() - most.tokens();
        money += cost - reserved;
        if (answered != null) {
            known.put(question, answered);
        }
    }

    public synchronized long tokens() {
        return tokens;
    }

    public synchronized double money() {
        return money;
    }
}
