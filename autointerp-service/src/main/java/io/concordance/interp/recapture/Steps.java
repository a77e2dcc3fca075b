package io.concordance.interp.recapture;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.store.ObjectStoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders of one kind from step to step on a thread of its own, each under the claim of its analysis. An order that can
 * never succeed is failed with the reason; what is out of reach is tried again.
 */
public final class Steps {
    private static final Logger LOG = Logger.getLogger(Steps.class);
    private static final long PAUSE_MILLIS = 500;
    private static final long PAUSE_AFTER_TROUBLE_MILLIS = 2000;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(4);
    /** Of one step of one order. */
    private static final Duration LIMIT = Duration.ofHours(1);

    private static final int SURPRISES = 5;

    private final String kind;
    private final Recall recall;
    private final Orders orders;
    private final Map<UUID, Integer> surprises = new HashMap<>();
    private @Nullable Loop loop;

    /** @param kind what an order is called in the log */
    public Steps(String kind, Recall recall, Orders orders) {
        this.kind = kind;
        this.recall = recall;
        this.orders = orders;
    }

    public record Order(UUID id, UUID analysis) {}

    /** Orders and how they go on. A step that is repeated does what it did before. */
    public interface Orders {
        /** Those that have not ended, oldest first. */
        List<Order> open();

        /** Goes on with an order from what is stored of it. */
        void step(UUID id);

        void fail(UUID id, String problem);
    }

    public void start(Loops loops) {
        loop = loops.forever(kind + "s", LIMIT, this::loop);
    }

    public void stop() throws InterruptedException {
        if (loop != null) {
            loop.stop(STOP_PATIENCE);
        }
    }

    private Void loop() throws InterruptedException {
        while (true) {
            Thread.sleep(round() ? PAUSE_MILLIS : PAUSE_AFTER_TROUBLE_MILLIS);
            Loop.cameRound();
        }
    }

    /** One step of every order; false when something was out of reach. */
    private boolean round() throws InterruptedException {
        boolean smooth = true;
        try {
            for (Order order : orders.open()) {
                smooth &= step(order);
                Loop.cameRound();
            }
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LOG.warnf("%ss wait: %s", kind, e);
            return false;
        }
        return smooth;
    }

    private boolean step(Order order) {
        try {
            recall.exclusively(order.analysis(), () -> orders.step(order.id()));
            surprises.remove(order.id());
            return true;
        } catch (CaptureClient.Refused | FieldProblem e) {
            fail(order, String.valueOf(e.getMessage()));
            return true;
        } catch (CaptureClient.Unavailable e) {
            LOG.warnf("%s %s waits: %s", kind, order.id(), e.getMessage());
            return false;
        } catch (ObjectStoreException e) {
            if (e.getClass() == ObjectStoreException.class) {
                LOG.warnf("%s %s waits: %s", kind, order.id(), e.getMessage());
                return false;
            }
            fail(order, String.valueOf(e.getMessage()));
            return true;
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted() || surprises.merge(order.id(), 1, Integer::sum) < SURPRISES) {
                throw e;
            }
            surprises.remove(order.id());
            LOG.errorf(e, "%s %s failed", kind, order.id());
            fail(order, "internal error, " + SURPRISES + " times in a row: " + e);
            return true;
        }
    }

    private void fail(Order order, String problem) {
        LOG.warnf("%s %s failed: %s", kind, order.id(), problem);
        orders.fail(order.id(), problem);
    }
}
