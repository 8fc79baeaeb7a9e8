"use client";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { TapNews, TappedRequest } from "#core/telemetry/tap.ts";

export interface Tap {
  /** The newest first. */
  readonly rows: readonly TappedRequest[];
  /** That came while it was paused, and are not among them. */
  readonly heldBack: number;
  /** Requests that came, since it began. */
  readonly seen: number;
  /** What was told last, but for its rows; undefined until something was. */
  readonly news: Omit<TapNews, "rows"> | undefined;
  readonly state: "connecting" | "live" | "lost" | "over" | "failed";
  readonly error: unknown;
  /** From here on anew, for another such time. */
  readonly begin: () => void;
}

export interface TapQuestion {
  readonly filter: string;
  readonly wantsHeaders: boolean;
  readonly isPaused: boolean;
  readonly seconds: number;
}

/** What a page holds: an older one is gone. */
const ROWS_MAX = 500;
/** The server says something every two seconds. */
const SILENCE_MS = 7000;
const CHECK_MS = 1000;

interface Held {
  readonly rows: readonly TappedRequest[];
  readonly waiting: readonly TappedRequest[];
  readonly seen: number;
  readonly news: Omit<TapNews, "rows"> | undefined;
}

const NOTHING: Held = { rows: [], waiting: [], seen: 0, news: undefined };

/** Requests as they happen, for as long as the page that shows them is open, and a time at most. */
export function useTap({ filter, wantsHeaders, isPaused, seconds }: TapQuestion): Tap {
  const trpc = useTRPC();
  const [held, setHeld] = useState<Held>(NOTHING);
  const [isLost, setLost] = useState(false);
  const heardAt = useRef(0);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const isOver = held.news?.isOver === true;
  const onData = ({ rows, ...news }: TapNews) => {
    heardAt.current = Date.now();
    setHeld((before) => {
      const waiting = paused.current ? newestFirst(rows, before.waiting) : [];
      return {
        rows: paused.current ? before.rows : newestFirst(rows, newestFirst(before.waiting, before.rows)),
        waiting,
        seen: before.seen + rows.length,
        news,
      };
    });
  };
  const input = { filter, seconds };
  const options = { onData };
  const plain = useSubscription(
    trpc.requests.tap.subscriptionOptions(input, { ...options, enabled: !isOver && !wantsHeaders }),
  );
  const whole = useSubscription(
    trpc.requests.tapHeaders.subscriptionOptions(input, { ...options, enabled: !isOver && wantsHeaders }),
  );
  const { status, error, reset } = wantsHeaders ? whole : plain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question is asked anew
  useEffect(() => setHeld(NOTHING), [filter, wantsHeaders]);
  useEffect(() => {
    const timer = setInterval(
      () => setLost(heardAt.current > 0 && Date.now() - heardAt.current > SILENCE_MS),
      CHECK_MS,
    );
    return () => clearInterval(timer);
  }, []);
  return {
    rows: held.rows,
    heldBack: held.waiting.length,
    seen: held.seen,
    news: held.news,
    state: isOver ? "over" : stateOf(status, isLost),
    error,
    begin: () => {
      heardAt.current = 0;
      setHeld(NOTHING);
      reset();
    },
  };
}

function newestFirst(came: readonly TappedRequest[], before: readonly TappedRequest[]): readonly TappedRequest[] {
  if (came.length === 0) return before;
  return [...came.toSorted((a, b) => b.startMs - a.startMs), ...before].slice(0, ROWS_MAX);
}

function stateOf(status: string, isLost: boolean): Tap["state"] {
  if (status === "error") return "failed";
  if (isLost) return "lost";
  return status === "pending" ? "live" : "connecting";
}
