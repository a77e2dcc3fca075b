package io.concordance.kit.inbox;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Carries out {@link UntilHandled}. */
@UntilHandled
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
class UntilHandledInterceptor {
    private static final Logger LOG = Logger.getLogger(UntilHandledInterceptor.class);
    /** In JSON logs: the record's key, which names the job, run or feature that a line is about. */
    private static final String CORRELATION = "correlation";

    /** {@code character_not_in_repertoire}, {@code untranslatable_character}. */
    private static final Set<String> UNSTORABLE = Set.of("22021", "22P05");

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** Of one attempt at one record that gets nowhere. */
    private static final Duration LIMIT = Duration.ofHours(1);

    private final Loops loops;
    private final Jdbi jdbi;
    private final Stopping stopping;
    private final MeterRegistry meters;

    UntilHandledInterceptor(Loops loops, Jdbi jdbi, Stopping stopping, MeterRegistry meters) {
        this.loops = loops;
        this.jdbi = jdbi;
        this.stopping = stopping;
        this.meters = meters;
    }

    @AroundInvoke
    @Nullable
    Object handle(InvocationContext call) throws Exception {
        ConsumerRecord<?, ?> message = message(call);
        Duration pause = FIRST_PAUSE;
        while (true) {
            Exception failure;
            try {
                return loops.turn(name(message), LIMIT, () -> attempt(call, message));
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failure = e;
            }
            LOG.warnf("%s could not be handled and will be tried again in %s: %s", name(message), pause, failure);
            LOG.debug("The failure in full", failure);
            if (stopping.within(pause)) {
                // The offset stays uncommitted; the record comes again after the next start.
                throw failure;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private @Nullable Object attempt(InvocationContext call, ConsumerRecord<?, ?> message) throws Exception {
        MDC.put(CORRELATION, String.valueOf(message.key()));
        try {
            return Traces.handling(message, call::proceed);
        } catch (FieldProblem refusal) {
            return putAside(message, refusal);
        } catch (Exception failure) {
            if (isUnstorable(failure)) {
                return putAside(message, failure);
            }
            throw failure;
        } finally {
            MDC.remove(CORRELATION);
        }
    }

    private @Nullable Object putAside(ConsumerRecord<?, ?> message, Exception refusal) {
        jdbi.useTransaction(handle -> PostgresDeadLetters.save(handle, message, refusal.getMessage()));
        meters.counter("concordance.dead.letters", "topic", message.topic()).increment();
        LOG.errorf("%s was refused and is kept as a dead letter: %s", name(message), refusal.getMessage());
        return null;
    }

    /** Whether text has a character that PostgreSQL cannot hold, such as NUL; another try would find it again. */
    private static boolean isUnstorable(Throwable failure) {
        return failure instanceof SQLException sql && UNSTORABLE.contains(String.valueOf(sql.getSQLState()))
                || failure.getCause() != null && isUnstorable(failure.getCause());
    }

    private static ConsumerRecord<?, ?> message(InvocationContext call) {
        for (Object parameter : call.getParameters()) {
            if (parameter instanceof ConsumerRecord<?, ?> message) {
                return message;
            }
        }
        throw new IllegalStateException(call.getMethod() + ": @UntilHandled needs a ConsumerRecord parameter");
    }

    private static String name(ConsumerRecord<?, ?> message) {
        return "Record " + message.topic() + "-" + message.partition() + " at offset " + message.offset();
    }

    /** Knows when the service is going down, so that pauses end. */
    @ApplicationScoped
    static class Stopping {
        private final CountDownLatch begun = new CountDownLatch(1);

        void begin(@Observes @Priority(0) ShutdownEvent event) {
            begun.countDown();
        }

        boolean within(Duration pause) throws InterruptedException {
            return begun.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
