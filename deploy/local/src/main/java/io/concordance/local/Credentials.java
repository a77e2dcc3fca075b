package io.concordance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/**
 * The secrets of one data directory, drawn at random when it is first used and kept in {@code DIR/credentials} (mode
 * 600). Losing that file locks the owner out of the database, not out of the objects.
 */
record Credentials(String s3AccessKey, String s3SecretKey, String postgresPassword) {

    static Credentials in(Path dataDir) throws IOException {
        Path file = dataDir.resolve("credentials");
        if (!Files.exists(file)) {
            PrivateFiles.write(
                    file,
                    "s3.accessKey=" + random(10) + "\ns3.secretKey=" + random(20) + "\npostgres.password=" + random(20)
                            + "\n");
        }
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        return new Credentials(
                property(file, properties, "s3.accessKey"),
                property(file, properties, "s3.secretKey"),
                property(file, properties, "postgres.password"));
    }

    private static String property(Path file, Properties properties, String name) throws IOException {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IOException(file + ": " + name + " is missing");
        }
        return value;
    }

    private static String random(int bytes) {
        byte[] secret = new byte[bytes];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    @Override
    public String toString() {
        return "Credentials[hidden]";
    }
}
