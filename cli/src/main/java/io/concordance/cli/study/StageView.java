package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/** Shows how far a study is, from the status that the registry sends. */
interface StageView extends AutoCloseable {

    void show(JsonNode status);

    @Override
    void close();

    /** Live bars on a terminal, lines elsewhere. */
    static StageView on(PrintStream out) {
        return Terminal.isThere() ? new StageBars(out, Terminal.width(), System::nanoTime) : new StageLines(out);
    }
}
