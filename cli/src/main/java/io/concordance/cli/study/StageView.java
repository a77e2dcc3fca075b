package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;

/** Shows how far a study is, from the status that the registry sends. */
interface StageView extends AutoCloseable {

    void show(JsonNode status);

    @Override
    void close();

    /** Live bars on a terminal, lines elsewhere. */
    static StageView on(java.io.PrintStream out) {
        return System.console() != null && System.console().isTerminal() ? new StageBars() : new StageLines(out);
    }
}
