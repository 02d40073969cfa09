// Preact and htm under one roof.
import { Component, h, render } from "./vendor/preact.js";
import { useEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);
export { Component, render, useEffect, useMemo, useRef, useState };
