package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.capture.ShardSources;
import io.concordance.trainer.checkpoint.Checkpoint;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.kernel.Screening;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.stream.Differences;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SteeredCapture;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The training threads: each takes a run, trains it to its end or until the service stops, and takes the next. What
 * cannot be done now (database or object store away) is tried again from the last checkpoint; what can never be done
 * ends the run with the reason.
 */
@ApplicationScoped
class TrainingWorker {
    private static final Logger LOG = Logger.getLogger(TrainingWorker.class);
    private static final Duration IDLE = Duration.ofMillis(250);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    /** Of one training step, or of reading or writing one checkpoint. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private static final int ATTEMPTS = 20;

    private final TrainingParts parts;
    private final PostgresCaptureRepository captures;
    private final ShardSources shards;
    private final Processor processor;
    private final String holder = UUID.randomUUID().toString();
    private final StopSignal stopping = new StopSignal();
    private final List<Loop> loops = new ArrayList<>();
    private Duration stopPatience = STOP_PATIENCE;

    TrainingWorker(TrainingParts parts, PostgresCaptureRepository captures, ShardSources shards) {
        this.parts = parts;
        this.captures = captures;
        this.shards = shards;
        this.processor = Processor.of(
                parts.config().device(),
                parts.config().cudaEncoding(),
                threads(parts.config().threads()),
                parts.config().screening());
    }

    void start(@Observes StartupEvent event, Loops all) {
        if (processor.kind() == Processor.Kind.CUDA
                || processor.kind() == Processor.Kind.ND4J
                || processor.screening() == Screening.REQUIRED) {
            try (StepKernels kernels = Kernels.open(new KernelShape(1, 1, 1), processor, null)) {
                LOG.infof("training with %s kernels", kernels.name());
            }
        }
        if (all.drain().compareTo(STOP_PATIENCE) > 0) {
            stopPatience = all.drain();
        }
        for (int i = 0; i < parts.config().runs(); i++) {
            loops.add(all.forever("training-" + i, LIMIT, this::work));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.request();
        for (Loop loop : loops) {
            try {
                loop.await(stopPatience);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private @Nullable Void work() throws InterruptedException {
        if (processor.kind() == Processor.Kind.CPU || processor.kind() == Processor.Kind.AUTO) {
            LOG.infof("on the CPU, training with %s kernels", Kernels.vectorised() ? "vector" : "scalar");
        }
        UUID failing = null;
        int failures = 0;
        while (!stopping.requested()) {
            Optional<ClaimedRun> claimed = claim();
            if (claimed.isEmpty()) {
                stopping.pause(IDLE.toMillis());
                continue;
            }
            ClaimedRun run = claimed.get();
            failures = run.id().equals(failing) ? failures : 0;
            failing = run.id();
            failures = attempt(run, failures) ? 0 : failures + 1;
        }
        return null;
    }

    private Optional<ClaimedRun> claim() throws InterruptedException {
        try {
            return parts.lease().claim(holder);
        } catch (RuntimeException e) {
            LOG.warnf("no run can be taken for now: %s", e.getMessage());
            stopping.pause(AFTER_FAILURE.toMillis());
            return Optional.empty();
        }
    }

    /** Returns false when the run should be tried again. */
    private boolean attempt(ClaimedRun run, int failures) throws InterruptedException {
        try (Pulse pulse = new Pulse(run, parts.lease(), parts.config().heartbeat())) {
            train(run, pulse);
            return true;
        } catch (LeaseLost e) {
            LOG.infof("%s", e.getMessage());
            parts.sweep();
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            return giveUp(run, e, failures);
        } finally {
            parts.gauges().idle(run.id());
        }
    }

    private boolean giveUp(ClaimedRun run, Throwable cause, int failures) throws InterruptedException {
        boolean hopeless = isFinal(cause) || failures >= ATTEMPTS;
        LOG.errorf(cause, "run %s: %s", run.id(), hopeless ? "failed" : "stopped, to be taken up again");
        try {
            if (hopeless) {
                parts.lease().fail(run, reason(cause));
            } else {
                stopping.pause(AFTER_FAILURE.toMillis());
                parts.lease().release(run);
            }
        } catch (RuntimeException e) {
            LOG.warnf("run %s waits for its lease to run out: %s", run.id(), e.getMessage());
        }
        return hopeless;
    }

    private static boolean isFinal(Throwable cause) {
        return cause instanceof FieldProblem
                || cause instanceof IllegalArgumentException
                || cause instanceof OutOfMemoryError
                || (cause instanceof ObjectStoreException && cause.getClass() != ObjectStoreException.class);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            return "the run needs more memory than the trainer has";
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private void train(ClaimedRun run, Pulse pulse) throws InterruptedException {
        OptionalInt width = awaitWidth(run, pulse);
        if (width.isEmpty()) {
            parts.lease().release(run);
            return;
        }
        RunSpec spec = run.spec();
        Set<String> leftOut = ConcurrentHashMap.newKeySet();
        leftOut.addAll(parts.quarantine().keys(run.id()));
        if (spec.imported() != null) {
            new MeasuringRun(
                            run,
                            spec.imported(),
                            shards.of(spec.hook(), spec.arms(), width.getAsInt(), leftOut),
                            parts,
                            pulse,
                            stopping)
                    .measure();
            return;
        }
        try (Training training = new Training(
                spec.train(),
                width.getAsInt(),
                spec.order(),
                source(spec, width.getAsInt(), leftOut),
                processor,
                checkpoint(run.checkpoint()),
                start(run),
                steered(spec, width.getAsInt(), leftOut))) {
            new TrainingRun(run, training, parts, pulse, leftOut).train(stopping);
        }
    }

    private @Nullable Dictionary start(ClaimedRun run) {
        Origin from = run.spec().from();
        return from == null || run.checkpoint() != null ? null : parts.exports().read(from);
    }

    /** Values a row, known with the first slice or with the dictionary that is continued; empty when the thread should do something else meanwhile. */
    private OptionalInt awaitWidth(ClaimedRun run, Pulse pulse) throws InterruptedException {
        Origin from = run.spec().from();
        if (from != null) {
            return OptionalInt.of(parts.exports().outline(from).width());
        }
        long deadline = System.nanoTime() + parts.config().patience().toNanos();
        while (true) {
            OptionalInt width =
                    captures.width(run.spec().jobs().getFirst(), run.spec().hook());
            if (width.isPresent()) {
                return width;
            }
            for (UUID job : run.spec().jobs()) {
                captures.lost(job, Duration.ZERO).ifPresent(why -> {
                    throw new FieldProblem("jobs", job + ", which " + why, "jobs that complete");
                });
            }
            pulse.check();
            if (stopping.requested()
                    || (System.nanoTime() > deadline && parts.lease().othersWait())) {
                return OptionalInt.empty();
            }
            stopping.pause();
        }
    }

    private ShardSource source(RunSpec spec, int width, Set<String> leftOut) {
        ShardSource activations = shards.of(spec.hook(), spec.arms(), width, leftOut);
        InputSpec.Minus minus = spec.input().minus();
        return minus == null
                ? activations
                : new Differences(
                        activations, shards.of(minus.hook(), List.of(), width, leftOut), minus.partners(spec.jobs()));
    }

    private List<SteeredCapture> steered(RunSpec spec, int width, Set<String> leftOut) {
        List<SteeredCapture> steered = new ArrayList<>();
        for (InputSpec.Without without : spec.input().without()) {
            steered.add(new SteeredCapture(
                    "input.without[" + steered.size() + "]",
                    without.arm(),
                    without.job().toString(),
                    without.vectors(),
                    new ShardOrder(List.of(new ShardOrder.Job(without.shiftJob().toString(), without.slices()))),
                    shards.of(spec.hook(), List.of(without.shiftArm()), width, leftOut)));
        }
        return steered;
    }

    private static int threads(int configured) {
        return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
    }

    private @Nullable Checkpoint checkpoint(@Nullable StoredObject object) {
        return object == null ? null : parts.checkpoints().read(object.key(), object.sha256());
    }
}
