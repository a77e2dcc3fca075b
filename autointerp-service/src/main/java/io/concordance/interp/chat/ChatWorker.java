package io.concordance.interp.chat;

import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Carries on whatever work is due, a few pieces at once, so that one dead endpoint holds up nobody else. */
@ApplicationScoped
class ChatWorker {
    private static final Logger LOG = Logger.getLogger(ChatWorker.class);
    private static final long PAUSE_MILLIS = 250;
    private static final long PAUSE_AFTER_TROUBLE_MILLIS = 2000;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(4);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int AT_ONCE = 4;

    private final Loops loops;
    private final PostgresChatWork work;
    private final ChatRound round;
    private final Map<String, ChatTasks> kinds;
    private final Map<UUID, Thread> active = new ConcurrentHashMap<>();
    private @Nullable Loop loop;

    ChatWorker(Loops loops, PostgresChatWork work, ChatRound round, @Any Instance<ChatTasks> kinds) {
        this.loops = loops;
        this.work = work;
        this.round = round;
        this.kinds = kinds.stream().collect(Collectors.toMap(ChatTasks::kind, Function.identity()));
    }

    void start(@Observes StartupEvent event) {
        loop = loops.forever("chat", LIMIT, this::loop);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (loop != null) {
            loop.stop(STOP_PATIENCE);
        }
        active.values().forEach(Thread::interrupt);
    }

    private Void loop() throws InterruptedException {
        while (true) {
            Thread.sleep(startDue() ? PAUSE_MILLIS : PAUSE_AFTER_TROUBLE_MILLIS);
            Loop.cameRound();
        }
    }

    private boolean startDue() {
        try {
            for (PostgresChatWork.Due due : work.due(AT_ONCE + active.size())) {
                ChatTasks tasks = kinds.get(due.kind());
                if (tasks != null && active.size() < AT_ONCE && !active.containsKey(due.id())) {
                    Thread carrier = Thread.ofVirtual().unstarted(loops.guarding("chat", () -> carryOn(due, tasks)));
                    active.put(due.id(), carrier);
                    carrier.start();
                }
            }
            return true;
        } catch (RuntimeException e) {
            LOG.warnf("work with language models waits: %s", e);
            return false;
        }
    }

    private void carryOn(PostgresChatWork.Due due, ChatTasks tasks) {
        try {
            work.exclusively(due.id(), () -> round.carryOn(due, tasks));
        } catch (RuntimeException e) {
            LOG.warnf(e, "work %s: to be tried again", due.id());
        } finally {
            active.remove(due.id());
        }
    }
}
