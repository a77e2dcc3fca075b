package io.concordance.cli.trust;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.KeyFile;
import io.concordance.contracts.release.PublicKeyInfo;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code concordance trust}. Talks to nothing: the machine with the root keys can be one that is never online. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "Make keys, and documents that say which of them monitors believe.",
        synopsisSubcommandLabel = "COMMAND")
public final class TrustCommand extends Group {
    private static final int LONGEST_DAYS = 3650;

    @Command(
            name = "key",
            mixinStandardHelpOptions = true,
            description = "Make a key pair: FILE for its owner only, FILE.pub for a trust document.")
    void key(@Parameters(paramLabel = "FILE") Path file) {
        if (Files.exists(file)) {
            throw new CommandFailure(file + " exists; a key is never overwritten");
        }
        SigningKey key = KeyFile.readOrGenerate(file);
        KeyFile.write(Path.of(file + ".pub"), Json.canonical(key.publicKey()));
        System.out.println(key.keyId());
    }

    @Command(
            name = "document",
            mixinStandardHelpOptions = true,
            description =
                    "Write the next trust document of a folder, trust.N.dsse.json, signed by the root keys at hand.")
    void document(
            @Parameters(paramLabel = "DIR", description = "Folder with the documents so far.") Path folder,
            @Option(names = "--root", paramLabel = "FILE.pub", required = true, arity = "1..*") List<Path> root,
            @Option(
                            names = "--root-threshold",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "Root keys that must sign the next document (default: 1).")
                    int rootThreshold,
            @Option(
                            names = "--reviewers",
                            paramLabel = "FILE.pub",
                            required = true,
                            arity = "1..*",
                            description = "Who signs releases: one of them, two where something is of level high.")
                    List<Path> reviewers,
            @Option(names = "--timestamp", paramLabel = "FILE.pub", required = true) Path timestamp,
            @Option(
                            names = "--days",
                            paramLabel = "N",
                            defaultValue = "365",
                            description = "Until it expires (default: 365).")
                    int days,
            @Option(names = "--sign", paramLabel = "FILE", arity = "0..*", description = "Root keys to sign with.")
                    List<Path> signers) {
        if (days < 1 || days > LONGEST_DAYS) {
            throw new CommandFailure("--days: given " + days + ", allowed 1 to " + LONGEST_DAYS);
        }
        List<Path> earlier = documents(folder);
        TrustDocument next = TrustDocument.of(
                earlier.size() + 1L,
                Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS),
                publicKeys(root),
                rootThreshold,
                publicKeys(reviewers),
                publicKey(timestamp));
        Path file = folder.resolve("trust." + next.version() + ".dsse.json");
        List<SigningKey> keys = signers == null
                ? List.of()
                : signers.stream().map(KeyFile::read).toList();
        KeyFile.write(file, next.sign(keys).toBytes());
        say(file, earlier);
    }

    @Command(
            name = "sign",
            mixinStandardHelpOptions = true,
            description = "Add a root key's signature to the newest trust document of a folder.")
    void sign(
            @Parameters(paramLabel = "DIR") Path folder,
            @Option(names = "--key", paramLabel = "FILE", required = true) Path key) {
        List<Path> all = documents(folder);
        if (all.isEmpty()) {
            throw new CommandFailure(folder + " holds no trust.1.dsse.json");
        }
        Path file = all.getLast();
        KeyFile.write(file, read(file).and(KeyFile.read(key)).toBytes());
        say(file, all.subList(0, all.size() - 1));
    }

    /** Says whether the newest document may be used already. */
    private static void say(Path file, List<Path> earlier) {
        try {
            TrustDocument before = null;
            for (Path path : earlier) {
                before = before == null ? TrustDocument.selfSigned(read(path)) : before.next(read(path));
            }
            TrustDocument newest = before == null ? TrustDocument.selfSigned(read(file)) : before.next(read(file));
            System.out.println(file + "  complete, expires " + newest.expiresAt() + ", digest " + newest.digest());
        } catch (Refusal e) {
            System.out.println(file + "  not complete: " + e.getMessage());
        }
    }

    private static List<Path> documents(Path folder) {
        List<Path> found = new ArrayList<>();
        Path next = folder.resolve("trust.1.dsse.json");
        while (Files.exists(next)) {
            found.add(next);
            next = folder.resolve("trust." + (found.size() + 1) + ".dsse.json");
        }
        return found;
    }

    private static Envelope read(Path file) {
        return Envelope.read(bytes(file));
    }

    private static List<PublicKeyInfo> publicKeys(List<Path> files) {
        return files.stream().map(TrustCommand::publicKey).toList();
    }

    private static PublicKeyInfo publicKey(Path file) {
        return Json.read(bytes(file), PublicKeyInfo.class);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read", e);
        }
    }
}
