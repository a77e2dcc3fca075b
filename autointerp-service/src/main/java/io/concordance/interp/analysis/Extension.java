package io.concordance.interp.analysis;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.captured.CapturedJob;
import io.concordance.interp.captured.PostgresCaptured;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Works out what an analysis has not read yet of the jobs it is given. */
@ApplicationScoped
class Extension {
    private final PostgresCaptured captured;

    Extension(PostgresCaptured captured) {
        this.captured = captured;
    }

    /** @throws FieldProblem when a job is unknown, must not be learnt from, is of another model or hook, or has nothing new */
    List<Addition> of(AnalysisTask task, List<String> jobs) {
        if (jobs.isEmpty()) {
            throw new FieldProblem("jobs", jobs, "at least one capture job");
        }
        List<Addition> additions = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            String field = "jobs[" + i + "]";
            String id = jobs.get(i);
            if (id == null || jobs.indexOf(id) < i) {
                throw new FieldProblem(field, id, "a capture job, each once");
            }
            CapturedJob job = captured.job(id).orElseThrow(() -> new FieldProblem(field, id, "a known capture job"));
            if (task.minus() != null && !task.jobs().contains(id)) {
                throw new FieldProblem(
                        field, id, "a job of the dictionary, which knows what to subtract from its own jobs only");
            }
            if (captured.elicited(id)) {
                throw new FieldProblem(field, id, "a job of text as it was found, not one of a search");
            }
            if (!job.learning()) {
                throw new FieldProblem(field + ".role", job.role(), "learning");
            }
            if (!job.model().equals(task.model())) {
                throw new FieldProblem(field + ".model", job.model(), task.model());
            }
            if (!job.hooks().contains(task.hook())) {
                throw new FieldProblem(field + ".hooks", job.hooks(), "some with " + task.hook());
            }
            int read = read(task, job);
            if (job.slices() <= read) {
                throw new FieldProblem(field, id, "a job with more than the " + read + " slices read so far");
            }
            additions.add(new Addition(id, read, job.slices()));
        }
        return additions;
    }

    /**
     * What the dictionary's own jobs have grown by, in their order; empty until all of it is durable, so that the order in
     * which shards arrive does not matter.
     */
    List<Addition> grown(AnalysisTask task) {
        List<Addition> additions = new ArrayList<>();
        for (String id : task.jobs()) {
            CapturedJob job = captured.job(id).orElseThrow();
            int read = read(task, job);
            if (job.slices() > read) {
                if (!Readiness.known(task, id, job.slices(), captured)) {
                    return List.of();
                }
                additions.add(new Addition(id, read, job.slices()));
            }
        }
        return additions;
    }

    private static int read(AnalysisTask task, CapturedJob job) {
        int at = task.jobs().indexOf(job.id());
        int read = at < 0
                ? 0
                : task.slices().isEmpty() ? job.firstSlices() : task.slices().get(at);
        for (Addition addition : task.additions()) {
            if (addition.job().equals(job.id())) {
                read = Math.max(read, addition.slices());
            }
        }
        return read;
    }
}
