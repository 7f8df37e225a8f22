/// <reference types="electron-vite/node" />

interface ImportMetaEnv {
  /** The course server's address, fixed when the app is built; see .env.example. */
  readonly VITE_API_URL?: string;
}
