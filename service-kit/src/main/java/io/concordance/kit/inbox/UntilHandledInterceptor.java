package io.concordance.kit.inbox;

import io.concordance.contracts.problem.FieldProblem;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Carries out {@link UntilHandled}. */
@UntilHandled
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
class UntilHandledInterceptor {
    private static final Logger LOG = Logger.getLogger(UntilHandledInterceptor.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Jdbi jdbi;
    private final Stopping stopping;

    UntilHandledInterceptor(Jdbi jdbi, Stopping stopping) {
        this.jdbi = jdbi;
        this.stopping = stopping;
    }

    @AroundInvoke
    @Nullable
    Object handle(InvocationContext call) throws Exception {
        ConsumerRecord<?, ?> message = message(call);
        Duration pause = FIRST_PAUSE;
        while (true) {
            Exception failure;
            try {
                return attempt(call, message);
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
        try {
            return call.proceed();
        } catch (FieldProblem refusal) {
            jdbi.useTransaction(handle -> PostgresDeadLetters.save(handle, message, refusal.getMessage()));
            LOG.errorf("%s was refused and is kept as a dead letter: %s", name(message), refusal.getMessage());
            return null;
        }
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

        void begin(@Observes @Priority(1) ShutdownEvent event) {
            begun.countDown();
        }

        boolean within(Duration pause) throws InterruptedException {
            return begun.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
