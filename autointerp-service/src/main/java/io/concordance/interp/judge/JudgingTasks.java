package io.concordance.interp.judge;

import io.concordance.interp.chat.Chat;
import io.concordance.interp.chat.ChatTasks;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** One item judged by one language model. */
@ApplicationScoped
class JudgingTasks implements ChatTasks {
    private final PostgresJudgings judgings;

    JudgingTasks(PostgresJudgings judgings) {
        this.judgings = judgings;
    }

    @Override
    public String kind() {
        return PostgresJudgings.KIND;
    }

    @Override
    public void carryOut(UUID work, int task, Chat chat) {
        PostgresJudgings.Question question = judgings.question(work, task);
        judgings.judged(work, task, JudgePrompt.parse(chat.ask(JudgePrompt.of(question.text(), question.spans()))));
    }
}
