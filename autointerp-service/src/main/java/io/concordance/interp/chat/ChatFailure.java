package io.concordance.interp.chat;

import org.jspecify.annotations.Nullable;

/** A question that got no usable answer. The message may be shown to people; it never holds a secret. */
public abstract sealed class ChatFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ChatFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The endpoint gives no answers at present, whatever is asked. Later it may. */
    public static final class Unavailable extends ChatFailure {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final long retryAfterMillis;

        Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
            this.status = 0;
            this.retryAfterMillis = 0;
        }

        /** @param retryAfterMillis what the endpoint asked for; 0 when it did not say */
        Unavailable(int status, long retryAfterMillis) {
            super("status " + status, null);
            this.status = status;
            this.retryAfterMillis = retryAfterMillis;
        }

        /** HTTP status of the answer; 0 when there was none. */
        int status() {
            return status;
        }

        public long retryAfterMillis() {
            return retryAfterMillis;
        }
    }

    /** Something came back, or failed to in time, that is no answer. Other questions may fare better. */
    public static final class NoAnswer extends ChatFailure {
        private static final long serialVersionUID = 1L;

        NoAnswer(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The endpoint understood the question and will not answer it, now or later. */
    public static final class Refused extends ChatFailure {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message, null);
        }
    }

    /** Asking on would go over the budget. */
    public static final class BudgetSpent extends ChatFailure {
        private static final long serialVersionUID = 1L;

        BudgetSpent(String message) {
            super(message, null);
        }
    }
}
