package io.concordance.interp.chat;

import io.concordance.interp.chat.ChatFailure.BudgetSpent;
import io.concordance.interp.chat.ChatFailure.Refused;
import io.concordance.interp.chat.ChatFailure.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;

/**
 * Takes one piece of work as far as its endpoint and its budget let it. A task that gets no answer is put off and does not
 * hold up the others; an endpoint that gives no answers at all puts off everything, and nothing is ever given up.
 */
@ApplicationScoped
class ChatRound {
    private static final Logger LOG = Logger.getLogger(ChatRound.class);
    private static final long FIRST_DELAY_MILLIS = 1000;
    private static final int MOST_DOUBLINGS = 20;

    private final ChatConfig config;
    private final PostgresChatWork work;
    private final PostgresLedgers ledgers;
    private final Chats chats;

    ChatRound(ChatConfig config, PostgresChatWork work, PostgresLedgers ledgers, Chats chats) {
        this.config = config;
        this.work = work;
        this.ledgers = ledgers;
        this.chats = chats;
    }

    private sealed interface Outcome {
        record Done() implements Outcome {}

        record PutOff(String problem) implements Outcome {}

        record Trouble(Unavailable cause) implements Outcome {}

        record Spent(String problem) implements Outcome {}
    }

    void carryOn(PostgresChatWork.Due due, ChatTasks tasks) {
        Chat chat = chats.open(due.endpoint(), due.budget(), ledgers.of(due.id()));
        int delays = due.delays();
        while (work.running(due.id()) && !Thread.currentThread().isInterrupted()) {
            List<Integer> pending = work.pending(due.id(), config.parallel());
            if (pending.isEmpty()) {
                if (work.anyPending(due.id())) {
                    work.rest(due.id());
                } else {
                    work.end(due.id(), "completed", null);
                }
                return;
            }
            List<Outcome> outcomes = together(due.id(), pending, tasks, chat);
            boolean answered = outcomes.stream().anyMatch(o -> o instanceof Outcome.Done);
            if (answered) {
                delays = 0;
                work.well(due.id());
            }
            if (!settled(due.id(), outcomes, answered, delays)) {
                return;
            }
        }
    }

    /** Whether to go on at once. */
    private boolean settled(UUID id, List<Outcome> outcomes, boolean answered, int delays) {
        for (Outcome outcome : outcomes) {
            // With others under way that set much aside, one may be short of what they leave over.
            if (outcome instanceof Outcome.Spent(String problem) && !answered) {
                work.end(id, "stopped", problem);
                return false;
            }
            if (outcome instanceof Outcome.Trouble(Unavailable cause)) {
                delay(id, String.valueOf(cause.getMessage()), Math.max(cause.retryAfterMillis(), delay(delays)));
                return false;
            }
        }
        if (!answered && outcomes.getFirst() instanceof Outcome.PutOff(String problem)) {
            delay(id, problem, delay(delays));
            return false;
        }
        return true;
    }

    private void delay(UUID id, String problem, long millis) {
        LOG.infof("work %s waits %d ms: %s", id, millis, problem);
        work.delay(id, problem, millis);
    }

    private long delay(int delays) {
        return Math.min(config.longestDelayMillis(), FIRST_DELAY_MILLIS << Math.min(delays, MOST_DOUBLINGS));
    }

    private List<Outcome> together(UUID id, List<Integer> pending, ChatTasks tasks, Chat chat) {
        List<Outcome> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Outcome>> futures = pending.stream()
                    .map(task -> threads.submit(() -> one(id, task, tasks, chat)))
                    .toList();
            for (Future<Outcome> future : futures) {
                outcomes.add(future.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return outcomes.isEmpty() ? List.of(new Outcome.PutOff("stopped")) : outcomes;
    }

    private Outcome one(UUID id, int task, ChatTasks tasks, Chat chat) {
        try {
            tasks.carryOut(id, task, chat);
            return new Outcome.Done();
        } catch (Unavailable e) {
            return new Outcome.Trouble(e);
        } catch (BudgetSpent e) {
            return new Outcome.Spent(String.valueOf(e.getMessage()));
        } catch (Refused e) {
            work.refuseTask(id, task, String.valueOf(e.getMessage()));
            return new Outcome.Done();
        } catch (RuntimeException e) {
            if (!(e instanceof ChatFailure)) {
                LOG.warnf(e, "work %s, task %d: to be tried again", id, task);
            }
            String problem = e instanceof ChatFailure ? String.valueOf(e.getMessage()) : "internal error: " + e;
            work.delayTask(id, task, problem, FIRST_DELAY_MILLIS, config.longestDelayMillis());
            return new Outcome.PutOff(problem);
        }
    }
}
