package io.concordance.cli.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A repository root with the real local stack and with stand-ins where the built services would be. */
final class FakeHome {
    private FakeHome() {}

    static Path create(Path root, Path realHome) throws IOException {
        Path deploy = Files.createDirectories(root.resolve("deploy/local"));
        Files.createSymbolicLink(deploy.resolve("target"), realHome.resolve("deploy/local/target"));
        for (Service service : Service.values()) {
            putService(root, service, FakeService.class.getName());
        }
        return root;
    }

    /** Puts a jar whose main class is {@code mainClass}; one that does not exist makes a service that ends at once. */
    static void putService(Path root, Service service, String mainClass) throws IOException {
        Path jar = service.jar(root);
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
        String entry = FakeService.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                var in = FakeService.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
        }
    }
}
