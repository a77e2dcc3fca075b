package io.concordance.deploy;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What settings mean that carry no documentation of their own in the code. */
final class Descriptions {
    /** By key. */
    static final Map<String, String> OURS = read("settings.properties");

    /** Settings of others, by environment variable. */
    static final Map<String, String> OTHERS = read("environment.properties");

    private Descriptions() {}

    private static Map<String, String> read(String resource) {
        Properties properties = new Properties();
        try (var in = Descriptions.class.getResourceAsStream("/" + resource)) {
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> read = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> read.put(name, properties.getProperty(name)));
        return read;
    }
}
