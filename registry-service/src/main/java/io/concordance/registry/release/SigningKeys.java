package io.concordance.registry.release;

import io.concordance.contracts.release.KeyFile;
import io.concordance.contracts.release.PublicKeyInfo;
import io.concordance.contracts.release.SigningKey;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.List;

/**
 * The keys that this registry signs with: reviewers' keys for releases and its own for channel pointers. Those it
 * generates itself are for local use.
 */
@Startup
@ApplicationScoped
class SigningKeys {
    private final List<SigningKey> targets;
    private final SigningKey timestamp;

    SigningKeys(ReleaseSettings settings) {
        ReleaseSettings.Keys keys = settings.keys();
        this.targets = keys.targets()
                .map(files -> files.stream().map(KeyFile::read).toList())
                .orElseGet(() -> List.of(generated(keys.dir(), "targets-1"), generated(keys.dir(), "targets-2")));
        this.timestamp = keys.timestamp().map(KeyFile::read).orElseGet(() -> generated(keys.dir(), "timestamp"));
    }

    private static SigningKey generated(Path folder, String name) {
        return KeyFile.readOrGenerate(folder.resolve(name + ".pem"));
    }

    List<SigningKey> targets() {
        return targets;
    }

    List<PublicKeyInfo> targetsPublic() {
        return targets.stream().map(SigningKey::publicKey).toList();
    }

    SigningKey timestamp() {
        return timestamp;
    }
}
