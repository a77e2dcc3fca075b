package io.concordance.registry.study;

import io.concordance.registry.study.peer.FoundDirections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the searches of a study are, and what they found.
 *
 * @param arms that search, in the study's order
 */
record Searching(List<Arm> arms) {

    /**
     * One arm. What is null has not been done yet.
     *
     * @param searchJob capture job
     * @param found directions by radius
     * @param writingJobs capture jobs, one for each radius so far
     * @param written what came of them
     */
    record Arm(
            String name,
            @Nullable String searchJob,
            @Nullable List<FoundDirections.Radius> found,
            List<String> writingJobs,
            @Nullable Written written) {

        static Arm of(String name) {
            return new Arm(name, null, null, List.of(), null);
        }

        Arm asking(String job) {
            return new Arm(name, job, found, writingJobs, written);
        }

        Arm finding(List<FoundDirections.Radius> radii) {
            return new Arm(name, searchJob, radii, writingJobs, written);
        }

        Arm writing(String job) {
            List<String> jobs = new ArrayList<>(writingJobs);
            jobs.add(job);
            return new Arm(name, searchJob, found, jobs, written);
        }

        Arm with(Written all) {
            return new Arm(name, searchJob, found, writingJobs, all);
        }
    }

    /**
     * What the model wrote while pushed.
     *
     * @param transcripts digest of everything written along searched directions
     * @param behaviours groups of directions along which it wrote alike
     * @param searched and as many random directions of equal length
     */
    record Written(String transcripts, int documents, int bad, int behaviours, Acting searched, Acting random) {}

    /** Along how many directions the model acted, of how many. */
    record Acting(int acting, int directions) {}

    Searching {
        arms = List.copyOf(arms);
    }

    Searching with(Arm arm) {
        return new Searching(arms.stream()
                .map(other -> other.name().equals(arm.name()) ? arm : other)
                .toList());
    }

    /** Digest of what an arm that searched had the model write. */
    Optional<String> found(String arm) {
        return arms.stream()
                .filter(a -> a.name().equals(arm))
                .flatMap(a -> Optional.ofNullable(a.written()).stream())
                .map(Written::transcripts)
                .findFirst();
    }

    String transcripts(String arm) {
        return found(arm).orElseThrow(() -> new IllegalStateException("arm " + arm + " has written nothing"));
    }
}
