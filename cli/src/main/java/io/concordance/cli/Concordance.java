package io.concordance.cli;

import io.concordance.cli.audit.AuditCommand;
import io.concordance.cli.bench.BenchCommand;
import io.concordance.cli.capture.CaptureCommand;
import io.concordance.cli.deadletters.DeadLettersCommand;
import io.concordance.cli.demo.DemoCommand;
import io.concordance.cli.dictionary.DictionaryCommand;
import io.concordance.cli.events.EventsCommand;
import io.concordance.cli.key.KeyCommand;
import io.concordance.cli.monitor.MonitorCommand;
import io.concordance.cli.platform.PlatformCommands;
import io.concordance.cli.release.ReleaseCommand;
import io.concordance.cli.study.StudyCommand;
import io.concordance.cli.tensors.TensorsCommand;
import io.concordance.cli.trust.TrustCommand;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The {@code concordance} command. Every subcommand ends with 0 when it did what it says, 1 when it failed and 2 when it
 * was called wrongly; an error is one line on standard error ({@code CONCORDANCE_TRACE=1} adds the stack trace).
 */
@Command(
        name = "concordance",
        mixinStandardHelpOptions = true,
        version = "concordance 0.1.0",
        description = "Find, judge and publish features of high concern.",
        synopsisSubcommandLabel = "COMMAND")
public final class Concordance implements Runnable {

    @CommandLine.Spec
    CommandLine.Model.@Nullable CommandSpec spec;

    private Concordance() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with all of its subcommands, as {@code main} runs it. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Concordance());
        PlatformCommands.all().forEach(line::addSubcommand);
        List.of(
                        new DemoCommand(),
                        new StudyCommand(),
                        new CaptureCommand(),
                        new DictionaryCommand(),
                        new TensorsCommand(),
                        new ReleaseCommand(),
                        new MonitorCommand(),
                        new KeyCommand(),
                        new AuditCommand(),
                        new TrustCommand(),
                        new EventsCommand(),
                        new DeadLettersCommand(),
                        new BenchCommand())
                .forEach(line::addSubcommand);
        return line.setParameterExceptionHandler(Concordance::misused)
                .setExecutionExceptionHandler(Concordance::failed)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is required");
        }
    }

    private static int misused(ParameterException e, String[] arguments) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(
                "concordance: " + oneLine(e) + " (see '" + line.getCommandSpec().qualifiedName() + " --help')");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        if (System.getenv("CONCORDANCE_TRACE") != null) {
            e.printStackTrace(line.getErr());
        }
        line.getErr().println("concordance: " + (e instanceof CommandFailure ? e.getMessage() : oneLine(e)));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String oneLine(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.replaceAll("\\s*\\R\\s*", " ");
    }
}
