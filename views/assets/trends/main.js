import { settings } from './settings.js'
void settings
