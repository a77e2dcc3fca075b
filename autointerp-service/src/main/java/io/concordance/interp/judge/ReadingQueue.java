package io.concordance.interp.judge;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Puts answers before people, blindly, for who asks in this service. */
@ApplicationScoped
public class ReadingQueue {
    private final JudgingRequests requests;
    private final PostgresJudgings judgings;

    ReadingQueue(JudgingRequests requests, PostgresJudgings judgings) {
        this.requests = requests;
        this.judgings = judgings;
    }

    /**
     * Opens a judging with one judge, whose verdicts are given. One of the same id stays as it is.
     *
     * @param arms digests of transcript files, by arm
     * @param verdicts yes or no, by arm and transcript
     */
    public void open(
            UUID id,
            String name,
            String question,
            Map<String, String> arms,
            String judge,
            Map<String, Map<String, Boolean>> verdicts,
            long seed) {
        if (judgings.find(id).isPresent()) {
            return;
        }
        Map<String, Map<String, Verdict>> said = new HashMap<>();
        verdicts.forEach((arm, items) -> {
            Map<String, Verdict> own = new HashMap<>();
            items.forEach((item, yes) -> own.put(item, yes ? Verdict.YES : Verdict.NO));
            said.put(arm, own);
        });
        judgings.add(requests.check(
                id,
                new JudgingRequest(
                        name,
                        question,
                        arms.entrySet().stream()
                                .map(arm -> new JudgingRequest.Arm(arm.getKey(), arm.getValue()))
                                .toList(),
                        List.of(new JudgingRequest.Judge(judge, null, null, said)),
                        seed)));
    }
}
