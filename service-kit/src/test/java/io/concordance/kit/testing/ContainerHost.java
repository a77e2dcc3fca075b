package io.concordance.kit.testing;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A service's own image, held as in {@code deploy/compose.yaml}: no root, no capabilities, nothing written but {@code /tmp}
 * and its data. It is on this machine's network, so that it finds what tests serve on loopback.
 */
final class ContainerHost implements ServiceProcess.Host {
    private static final int USER = 10001;

    private final GenericContainer<?> container;

    private ContainerHost(GenericContainer<?> container) {
        this.container = container;
    }

    /** @param dir the service's data, at the same path inside; given to the image's user where we may */
    static ContainerHost start(String module, Path dir, Map<String, String> environment, Path log) throws IOException {
        if (System.getProperty("user.name").equals("root")) {
            Files.setAttribute(dir, "unix:uid", USER);
        }
        String owner = Objects.toString(Files.getAttribute(dir, "unix:uid"));
        OutputStream lines = new FileOutputStream(log.toFile(), true);
        GenericContainer<?> container = new GenericContainer<>(
                        DockerImageName.parse(Images.of(System.getenv()).service(module)))
                .withEnv(environment)
                .withNetworkMode("host")
                .withFileSystemBind(dir.toString(), dir.toString(), BindMode.READ_WRITE)
                .withTmpFs(Map.of("/tmp", "exec,mode=1777"))
                .withLogConsumer(frame -> write(lines, frame.getBytes()))
                .withCreateContainerCmdModifier(command -> {
                    command.withUser(owner);
                    Objects.requireNonNull(command.getHostConfig())
                            .withReadonlyRootfs(true)
                            .withCapDrop(Capability.ALL);
                });
        container.start();
        return new ContainerHost(container);
    }

    private static void write(OutputStream lines, byte[] bytes) {
        try {
            lines.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isAlive() {
        return container.isRunning();
    }

    @Override
    public void kill() {
        try {
            container
                    .getDockerClient()
                    .killContainerCmd(container.getContainerId())
                    .exec();
        } catch (NotFoundException e) {
            // Killed before.
        }
        container.stop();
    }
}
