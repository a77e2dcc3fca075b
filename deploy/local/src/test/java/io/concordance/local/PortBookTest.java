package io.concordance.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortBookTest {

    @TempDir
    Path dataDir;

    @Test
    void aChosenPortIsKeptForTheNextStart() throws IOException {
        PortBook first = PortBook.open(dataDir.resolve("ports.properties"));
        int chosen = first.choose("kafka", 0);
        first.save();

        assertThat(PortBook.open(dataDir.resolve("ports.properties")).choose("kafka", 0))
                .isEqualTo(chosen);
    }

    @Test
    void aRememberedPortThatSomebodyElseTookIsReplaced() throws IOException {
        PortBook first = PortBook.open(dataDir.resolve("ports.properties"));
        int chosen = first.choose("kafka", 0);
        first.save();

        try (ServerSocket other = new ServerSocket(chosen, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortBook.open(dataDir.resolve("ports.properties")).choose("kafka", 0))
                    .isNotEqualTo(other.getLocalPort())
                    .isPositive();
        }
    }

    @Test
    void anAskedForPortThatIsInUseIsAnErrorThatNamesIt() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PortBook book = PortBook.open(dataDir.resolve("ports.properties"));

            assertThatThrownBy(() -> book.choose("s3", other.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("s3 port " + other.getLocalPort() + " is in use");
        }
    }

    @Test
    void twoListenersNeverShareAPort() throws IOException {
        PortBook book = PortBook.open(dataDir.resolve("ports.properties"));

        assertThat(book.choose("kafka", 0)).isNotEqualTo(book.choose("kafka-controller", 0));
    }
}
