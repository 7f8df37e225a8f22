import { libraryScenes } from './library-scenes.ts';
import { playerScenes } from './player-scenes.ts';
import type { Scene } from './scene.ts';
import { startScenes } from './start-scenes.ts';
import { studentScenes } from './student-scenes.ts';

export const scenes: readonly Scene[] = [...startScenes, ...studentScenes, ...libraryScenes, ...playerScenes];
