package io.concordance.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class LoopsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicLong clock = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Loops loops = new Loops(meters, 1, PATIENCE, clock::get);
    private final LoopsHealth health = new LoopsHealth(loops);
    private final CountDownLatch never = new CountDownLatch(1);

    @Test
    void aLoopThatDiesOfAMissingClassTakesLivenessWithIt() {
        loops.forever("analyses", MINUTE, () -> {
            throw new NoClassDefFoundError("some/Missing");
        });

        await().atMost(PATIENCE).untilAsserted(() -> {
            HealthCheckResponse response = health.call();
            assertThat(response.getStatus()).isEqualTo(Status.DOWN);
            assertThat(response.getData().orElseThrow())
                    .containsEntry("analyses", "ended by java.lang.NoClassDefFoundError: some/Missing");
        });
    }

    @Test
    void aLoopThatReturnsWithoutHavingBeenStoppedIsDown() {
        loops.forever("chat", MINUTE, () -> null);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(loops.problems().get("chat")).contains("nobody stopped it"));
    }

    @Test
    void aLoopThatDoesNotComeRoundWithinItsLimitIsDownUntilItDoes() throws InterruptedException {
        Semaphore turns = new Semaphore(0);
        Semaphore rounds = new Semaphore(0);
        loops.forever("training-0", MINUTE, () -> {
            while (true) {
                turns.acquire();
                Loop.cameRound();
                rounds.release();
            }
        });

        clock.set(MINUTE.toNanos());
        assertThat(health.call().getStatus()).isEqualTo(Status.UP);
        clock.set(MINUTE.plusSeconds(1).toNanos());
        assertThat(loops.problems()).containsEntry("training-0", "did not come round for 61 s, allowed are 60 s");
        assertThat(meters.get("concordance.loop.idle")
                        .tag("loop", "training-0")
                        .gauge()
                        .value())
                .isEqualTo(61);

        turns.release();
        assertThat(rounds.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(health.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void aStoppedLoopIsInterruptedAndForgotten() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Loop loop = loops.forever("studies", MINUTE, () -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return null;
        });
        begun.await();

        loop.stop(PATIENCE);

        assertThat(interrupted.getCount()).isZero();
        clock.set(Duration.ofDays(1).toNanos());
        assertThat(loops.problems()).isEmpty();
    }

    @Test
    void whatMayEndIsWellWhenItHas() {
        CountDownLatch done = new CountDownLatch(1);
        loops.once("kafka-topics", MINUTE, () -> {
            done.countDown();
            return null;
        });

        await().atMost(PATIENCE).until(() -> done.getCount() == 0);
        clock.set(Duration.ofDays(1).toNanos());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(loops.problems()).isEmpty());
    }

    @Test
    void aTurnOnAThreadOfSomebodyElseIsWatchedWhileItLasts() throws Exception {
        String result = loops.turn("Record slices-3 at offset 7", MINUTE, () -> {
            clock.addAndGet(MINUTE.plusSeconds(9).toNanos());
            assertThat(loops.problems()).containsKey("Record slices-3 at offset 7");
            Loop.cameRound();
            assertThat(loops.problems()).isEmpty();
            return "done";
        });

        clock.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(result).isEqualTo("done");
        assertThat(loops.problems()).isEmpty();
        assertThatThrownBy(() -> loops.turn("Record slices-3 at offset 8", MINUTE, () -> {
                    throw new IllegalStateException("the store is away");
                }))
                .hasMessage("the store is away");
        assertThat(loops.problems()).isEmpty();
    }

    @Test
    void aServiceThatGoesDownWaitsForTurnsThatHaveBegunAndBeginsNoOther() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Thread turn = Thread.ofPlatform().start(() -> {
            try {
                loops.turn("Record slices-3 at offset 9", MINUTE, () -> {
                    begun.countDown();
                    mayEnd.await();
                    return null;
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        begun.await();
        Thread shutdown = Thread.ofPlatform().start(() -> {
            try {
                loops.stop(new ShutdownEvent());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(() -> loops.turn("another", MINUTE, () -> null))
                        .hasMessageContaining("goes down"));

        assertThat(shutdown.isAlive()).isTrue();
        mayEnd.countDown();

        assertThat(turn.join(PATIENCE)).isTrue();
        assertThat(shutdown.join(PATIENCE)).isTrue();
    }

    @Test
    void anErrorInGuardedWorkIsKnown() {
        Runnable work = loops.guarding("study-7", () -> {
            throw new StackOverflowError();
        });

        assertThatThrownBy(work::run).isInstanceOf(StackOverflowError.class);
        assertThat(loops.problems()).containsEntry("study-7", "ended by java.lang.StackOverflowError");
    }

    @Test
    void limitsStretchAndCanBeTakenOff() throws InterruptedException {
        Loops patient = new Loops(meters, 3, PATIENCE, clock::get);
        Loops boundless = new Loops(meters, 0, PATIENCE, clock::get);
        for (Loops some : new Loops[] {patient, boundless}) {
            some.forever("slow", MINUTE, () -> {
                never.await();
                return null;
            });
        }

        clock.set(MINUTE.multipliedBy(3).toNanos());
        assertThat(patient.problems()).isEmpty();
        clock.set(MINUTE.multipliedBy(4).toNanos());
        assertThat(patient.problems()).containsKey("slow");
        assertThat(boundless.problems()).isEmpty();
    }

    @Test
    void aStretchThatIsNoNumberOfTimesIsRefused() {
        assertThatThrownBy(() -> new Loops(meters, -1, PATIENCE, clock::get))
                .hasMessageContaining("concordance.liveness.stretch")
                .hasMessageContaining("-1");
    }
}
