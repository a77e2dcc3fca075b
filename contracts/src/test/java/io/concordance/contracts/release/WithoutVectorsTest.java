package io.concordance.contracts.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A monitor lives in its user's Java virtual machine, which need not have been given the module of vectors. */
class WithoutVectorsTest {
    private static final int WIDTH = 48;
    private static final int FEATURES = 64;
    private static final int ROWS = 100;

    @Test
    void aVirtualMachineWithoutVectorsReadsTheSameBits() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), Reading.class.getName())
                .redirectErrorStream(true);
        String folders = place(FeatureReader.class) + File.pathSeparator + place(Reading.class);
        builder.environment().put("CLASSPATH", folders);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes()).strip();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).isEqualTo("false " + digest());
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static int digest() {
        Random random = new Random(5);
        float[] encoder = gaussian(random, FEATURES * WIDTH);
        FeatureReader reader = new FeatureReader(encoder, gaussian(random, FEATURES), gaussian(random, WIDTH));
        return Arrays.hashCode(reader.read(gaussian(random, ROWS * WIDTH), ROWS));
    }

    private static float[] gaussian(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Says whether there are vectors and what was read. */
    static final class Reading {
        private Reading() {}

        public static void main(String[] args) {
            boolean vectors =
                    ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
            System.out.println(vectors + " " + digest());
        }
    }
}
