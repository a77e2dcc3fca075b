package io.concordance.bench.resume;

import io.concordance.bench.Comparison.Progress;
import io.concordance.kit.store.ObjectStore;

/** What runs are made on. */
record Platform(ObjectStore store, Announcements announcements, TrainerProcess trainer, Progress progress) {}
